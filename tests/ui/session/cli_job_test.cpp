// SPDX-License-Identifier: GPL-3.0-or-later
// CliJob against small shell scripts that speak (or break) the contract of vernier-cli.
#include <QFile>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/session/cli_job.h"

namespace vernier::ui {
namespace {

using test::TempDir;
using test::wait_until;

class CliJobTest : public ::testing::Test {
protected:
    void script(const std::string& body) {
        const auto path = folder_.write("vernier-cli", "#!/bin/sh\n" + body + "\n");
        QFile::setPermissions(QString::fromStdString(path.string()), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        qputenv("VERNIER_CLI", QByteArray::fromStdString(path.string()));
        job_ = std::make_unique<CliJob>(QStringList{QStringLiteral("measure"), QStringLiteral("a b.onnx")});
        QObject::connect(job_.get(), &CliJob::finished, [this](const Json& json, int code) {
            result_ = json;
            code_ = code;
            ++ends_;
        });
        QObject::connect(job_.get(), &CliJob::failed, [this](const Problem& problem) {
            problem_ = problem;
            ++ends_;
        });
        QObject::connect(job_.get(), &CliJob::progress, [this](const QString& stage, quint64 done, quint64 total) {
            progress_ << QStringLiteral("%1 %2/%3").arg(stage).arg(done).arg(total);
        });
        job_->start();
    }
    void TearDown() override { qunsetenv("VERNIER_CLI"); }
    bool ended() {
        return wait_until([this] { return ends_ > 0; });
    }

    TempDir folder_;
    std::unique_ptr<CliJob> job_;
    Json result_;
    int code_ = -1;
    int ends_ = 0;
    Problem problem_;
    QStringList progress_;
};

TEST_F(CliJobTest, ReadsProgressAndResult) {
    script(R"(echo '{"event":"progress","stage":"calibrate","done":3,"total":10}' >&2
echo '{"answer":42}')");
    ASSERT_TRUE(ended());
    EXPECT_EQ(progress_, QStringList{QStringLiteral("calibrate 3/10")});
    EXPECT_EQ(result_["answer"], 42);
    EXPECT_EQ(code_, 0);
}

TEST_F(CliJobTest, AFailedGateStillHasItsResult) {
    script("echo '{}'; exit 1");
    ASSERT_TRUE(ended());
    EXPECT_EQ(code_, 1);
}

TEST_F(CliJobTest, ErrorsComeWithKindAndMessage) {
    script(R"(echo '{"event":"error","kind":"bad-model","message":"no graph"}' >&2; exit 65)");
    ASSERT_TRUE(ended());
    EXPECT_EQ(problem_.kind, QStringLiteral("bad-model"));
    EXPECT_EQ(problem_.message, QStringLiteral("no graph"));
    EXPECT_EQ(problem_.exitCode, 65);
}

TEST_F(CliJobTest, ACrashIsSaidAsSuch) {
    script("kill -SEGV $$");
    ASSERT_TRUE(ended());
    EXPECT_EQ(problem_.kind, QStringLiteral("crashed"));
}

TEST_F(CliJobTest, AResultThatIsNoJsonIsAnError) {
    script("echo 'hello'");
    ASSERT_TRUE(ended());
    EXPECT_EQ(problem_.kind, QStringLiteral("internal"));
}

TEST_F(CliJobTest, CancelClosesStdin) {
    script("read line; exit 130");
    job_->cancel();
    ASSERT_TRUE(ended());
    EXPECT_TRUE(problem_.cancelled());
    EXPECT_EQ(ends_, 1);
}

TEST_F(CliJobTest, CancelTerminatesAChildThatDoesNotListen) {
    script("exec sleep 30");
    EXPECT_FALSE(wait_until([this] { return ends_ > 0; }, 100));
    job_->cancel();
    ASSERT_TRUE(wait_until([this] { return ends_ > 0; }, 8000));
    EXPECT_TRUE(problem_.cancelled());
}

TEST_F(CliJobTest, AMissingProgramIsSaidOnce) {
    qputenv("VERNIER_CLI", QByteArray::fromStdString((folder_ / "none").string()));
    if (!CliJob::program().isEmpty()) {
        GTEST_SKIP() << "vernier-cli lies beside this test, so that it cannot be missing";
    }
    CliJob job({QStringLiteral("version")});
    QSignalSpy failed(&job, &CliJob::failed);
    job.start();
    ASSERT_TRUE(wait_until([&] { return failed.count() == 1; }));
}

TEST_F(CliJobTest, CommandLinesCanBePasted) {
    EXPECT_EQ(CliJob::quoted(QStringLiteral("plain/path.onnx")), QStringLiteral("plain/path.onnx"));
    EXPECT_EQ(CliJob::quoted(QStringLiteral("a b")), QStringLiteral("'a b'"));
    EXPECT_EQ(CliJob::quoted(QStringLiteral("it's")), QStringLiteral("'it'\\''s'"));
    EXPECT_EQ(CliJob::quoted(QString()), QStringLiteral("''"));
}

}  // namespace
}  // namespace vernier::ui
