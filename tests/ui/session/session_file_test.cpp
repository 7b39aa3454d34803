// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFileInfo>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/session/session_file.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

bool finished(const Session& session) { return session.state() == Session::State::open || session.state() == Session::State::failed; }

TEST(SessionFile, ReopensRecipeGateAndRuns) {
    SmallSession small;
    Session& session = small.session;
    session.document().chooseWholeModel(Method::int8_dynamic);
    session.choose({5}, Method::fp32);
    session.setGate({.max_drop_points = 1.5, .min_speedup = 1.2});
    session.document().setMeasureSettings({2, 1.5, 30, {}, QStringLiteral("openvino:num_streams=1")});
    session.filter().setText(QStringLiteral("op:Conv"));
    session.selection().set({0, 1, 2, 5}, 5);
    session.document().setView({{"zoom", 0.75}});
    const std::string other = test::write_small_net(small.folder, "other.onnx");
    session.trials().addCandidate(QString::fromStdString(other));
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(session.save(text(file)), std::nullopt);
    EXPECT_FALSE(session.isModified());

    Session again;
    again.open(text(file));
    ASSERT_TRUE(wait_until([&] { return finished(again); }));
    ASSERT_EQ(again.state(), Session::State::open) << again.error().toStdString();
    EXPECT_EQ(again.modelName(), QStringLiteral("net.onnx"));
    EXPECT_EQ(again.recipe().default_method, Method::int8_dynamic);
    EXPECT_TRUE(again.nodeState(5).own);
    EXPECT_EQ(again.gate(), session.gate());
    EXPECT_EQ(again.document().measureSettings(), session.document().measureSettings());
    EXPECT_EQ(again.filter().text(), QStringLiteral("op:Conv"));
    EXPECT_EQ(again.selection().nodes(), (QVector<int>{0, 1, 2, 5}));
    EXPECT_EQ(again.selection().current(), 5);
    EXPECT_EQ(again.document().view()["zoom"], 0.75);
    ASSERT_EQ(again.runs().size(), 1);
    EXPECT_EQ(again.runs()[0].title, QStringLiteral("other"));
    EXPECT_EQ(again.runs()[0].state, Run::State::quantized);
    // The run's model was copied beside the session: its source may go.
    EXPECT_NE(again.runs()[0].file, QString::fromStdString(other));
    EXPECT_FALSE(again.isModified());
    EXPECT_EQ(again.document().sessionPath(), text(file));
}

TEST(SessionFile, SaysWhenTheModelHasChanged) {
    SmallSession small;
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(small.session.save(text(file)), std::nullopt);
    Json json = Json::parse(read_file(file));
    json["model"]["sha256"] = std::string(64, '0');
    write_file(file, json.dump());
    Session again;
    again.open(text(file));
    ASSERT_TRUE(wait_until([&] { return finished(again); }));
    EXPECT_EQ(again.state(), Session::State::failed);
    EXPECT_TRUE(again.error().contains(QStringLiteral("changed"))) << again.error().toStdString();
}

TEST(SessionFile, SaysWhenTheModelIsGone) {
    SmallSession small;
    ASSERT_TRUE(small.opened);
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(small.session.save(text(file)), std::nullopt);
    std::filesystem::rename(small.model_path, small.model_path + ".moved");
    Session other;
    other.open(text(file));
    ASSERT_TRUE(wait_until([&] { return finished(other); }));
    EXPECT_EQ(other.state(), Session::State::failed);
    EXPECT_TRUE(other.error().contains(QStringLiteral("not there any more"))) << other.error().toStdString();
    EXPECT_TRUE(other.error().contains(QStringLiteral("Put it back"))) << other.error().toStdString();
}

TEST(SessionFile, OpensWithAModelThatWasMoved) {
    SmallSession small;
    small.session.choose({0}, Method::fp16);
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(small.session.save(text(file)), std::nullopt);
    const std::string moved = small.model_path + ".moved.onnx";
    std::filesystem::rename(small.model_path, moved);
    Session other;
    QSignalSpy missing(&other, &Session::modelMissing);
    other.open(text(file));
    ASSERT_TRUE(wait_until([&] { return missing.count() == 1; }));
    EXPECT_EQ(missing[0][1].toString(), QString::fromStdString(small.model_path));
    other.open(text(file), QString::fromStdString(moved));
    ASSERT_TRUE(wait_until([&] { return other.state() == Session::State::open; })) << other.error().toStdString();
    EXPECT_EQ(other.modelPath(), QString::fromStdString(moved));
    EXPECT_TRUE(other.nodeState(0).own);
}

TEST(SessionFile, ACopyForACrashIsUnsavedWorkOfItsSession) {
    SmallSession small;
    Session& session = small.session;
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(session.save(text(file)), std::nullopt);
    session.choose({2}, Method::fp16);
    session.trials().addCandidate(QString::fromStdString(test::write_small_net(small.folder, "other.onnx")));
    const auto copy = small.folder / "copies" / "one.vernier";
    std::filesystem::create_directories(copy.parent_path());
    ASSERT_EQ(session.keepCopy(text(copy)), std::nullopt);
    EXPECT_TRUE(session.isModified());
    EXPECT_FALSE(std::filesystem::exists(small.folder / "copies" / "one.runs")) << "runs' models stay where they are";
    Session again;
    again.document().openCopy(text(copy));
    ASSERT_TRUE(wait_until([&] { return again.state() == Session::State::open && !again.runs().isEmpty(); })) << again.error().toStdString();
    EXPECT_TRUE(again.isModified());
    EXPECT_EQ(again.document().sessionPath(), text(file));
    EXPECT_TRUE(again.nodeState(2).own);
    EXPECT_TRUE(QFileInfo::exists(again.runs()[0].file));
}

TEST(SessionFile, DamagedFilesAreErrorsAndNeverCrash) {
    SmallSession small;
    small.session.choose({0}, Method::fp16);
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(small.session.save(text(file)), std::nullopt);
    const std::string whole = read_file(file);
    const auto damaged = small.folder / "damaged.vernier";
    for (std::size_t size = 0; size < whole.size() - 2; size += whole.size() / 23 + 1) {
        write_file(damaged, whole.substr(0, size));
        Session again;
        again.open(text(damaged));
        ASSERT_TRUE(wait_until([&] { return finished(again); }));
        EXPECT_EQ(again.state(), Session::State::failed) << size;
        EXPECT_FALSE(again.error().isEmpty());
    }
    const std::string deep = "{\"vernier_session\": 1, \"comparison\": " + std::string(200'000, '[') + std::string(200'000, ']') + "}";
    for (const std::string& content : {deep, std::string("{\"vernier_session\": 2}"), std::string("{\"vernier_session\": 1}"), std::string("[]"),
                                       std::string("{\"vernier_session\": 1, \"model\": {\"path\": \"none.onnx\"}}")}) {
        write_file(damaged, content);
        Session again;
        again.open(text(damaged));
        ASSERT_TRUE(wait_until([&] { return finished(again); }));
        EXPECT_EQ(again.state(), Session::State::failed) << content.substr(0, 80);
    }
}

TEST(SessionFile, ARunWhoseFileIsGoneSaysSo) {
    SmallSession small;
    small.session.trials().addCandidate(QString::fromStdString(test::write_small_net(small.folder, "other.onnx")));
    const auto file = small.folder / "work.vernier";
    ASSERT_EQ(small.session.save(text(file)), std::nullopt);
    std::filesystem::remove_all(small.folder / "work.runs");
    Session again;
    again.open(text(file));
    ASSERT_TRUE(wait_until([&] { return finished(again); }));
    ASSERT_EQ(again.runs().size(), 1);
    EXPECT_EQ(again.runs()[0].state, Run::State::failed);
    EXPECT_TRUE(again.runs()[0].problem.contains(QStringLiteral("gone")));
}

TEST(SessionFile, KeepsTheReportOfItsComparison) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    small.session.setGate({.max_drop_points = 2.25});
    small.session.trials().renameRun(1, QStringLiteral("renamed run"));
    const std::string report = read_file(small.session.trials().reportFile().toStdString());
    EXPECT_NE(report.find("renamed run"), std::string::npos);
    EXPECT_NE(report.find("limit 2.25"), std::string::npos) << "the limit of now";
    const QString other = text(small.folder / "other.vernier");
    ASSERT_EQ(small.session.save(other), std::nullopt);
    EXPECT_EQ(read_file(reportOfSession(other).toStdString()), report);
    small.session.trials().removeRun(1);
    EXPECT_EQ(read_file(small.session.trials().reportFile().toStdString()).find("renamed run"), std::string::npos);
    small.session.close();
    EXPECT_TRUE(small.session.trials().reportFile().isEmpty());
}

TEST(SessionFile, AReopenedComparisonIsJudgedAsBefore) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    const Gate gate{.max_drop_points = 0.01, .min_agreement = 99.99, .min_sqnr_db = 15};
    small.session.setGate(gate);
    const Json before = small.session.trials().comparisonJson();
    EXPECT_EQ(before["candidates"][0]["gate"]["lines"].size(), 3U);
    const QString path = text(small.folder / "again.vernier");
    ASSERT_EQ(small.session.save(path), std::nullopt);
    small.session.close();
    small.session.open(path);
    ASSERT_TRUE(test::wait_until([&] { return small.session.document().readingName().isEmpty() && small.session.comparison() != nullptr; }));
    EXPECT_EQ(small.session.gate(), gate);
    EXPECT_EQ(small.session.comparison()->gate, gate);
    EXPECT_EQ(small.session.trials().comparisonJson(), before);
}

TEST(SessionFile, CandidatesAreRunsByTheirIdsWhateverTheirOrder) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    ASSERT_EQ(small.session.measured(1)->measurement.size_bytes, 250'000U) << "a session file without ids: by their order";
    ASSERT_EQ(small.session.measured(2)->measurement.size_bytes, 500'000U);
    const QString path = text(small.folder / "again.vernier");
    ASSERT_EQ(small.session.save(path), std::nullopt);
    Json document = Json::parse(read_file(path.toStdString()));
    Json& candidates = document["comparison"]["candidates"];
    std::swap(candidates[0], candidates[1]);
    candidates.push_back(candidates[0]);
    candidates.push_back(candidates[1]);
    candidates[3]["trial"] = 7;
    write_file(path.toStdString(), document.dump());
    small.session.close();
    small.session.open(path);
    ASSERT_TRUE(test::wait_until([&] { return small.session.document().readingName().isEmpty() && small.session.comparison() != nullptr; }));
    EXPECT_EQ(small.session.comparison()->candidates.size(), 2U) << "each run once, and no run that is not there";
    EXPECT_EQ(small.session.measured(1)->measurement.size_bytes, 250'000U);
    EXPECT_EQ(small.session.measured(2)->measurement.size_bytes, 500'000U);
    EXPECT_EQ(small.session.measured(1)->title, small.session.run(1)->title.toStdString());
    EXPECT_EQ(small.session.measured(7), nullptr);
}

TEST(SessionFile, CannotBeWrittenIsAnAnswerNotAnException) {
    SmallSession small;
    const auto problem = small.session.save(QStringLiteral("/proc/nowhere/work.vernier"));
    ASSERT_TRUE(problem.has_value());
    EXPECT_FALSE(problem->isEmpty());
    EXPECT_TRUE(small.session.document().sessionPath().isEmpty());
}

}  // namespace
}  // namespace vernier::ui
