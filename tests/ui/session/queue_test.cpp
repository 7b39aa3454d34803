// SPDX-License-Identifier: GPL-3.0-or-later
// Queue with small shell scripts in vernier-cli's place: turns, results, refusals, and what is heard after a cancel.
#include <QFile>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"
#include "tests/ui/small_session.h"
#include "ui/session/queue.h"

namespace vernier::ui {
namespace {

using test::TempDir;
using test::wait_until;

class QueueTest : public ::testing::Test {
protected:
    void script(const std::string& body) {
        const auto path = folder_.write("vernier-cli", "#!/bin/sh\n" + body + "\n");
        QFile::setPermissions(QString::fromStdString(path.string()), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        qputenv("VERNIER_CLI", QByteArray::fromStdString(path.string()));
    }
    void TearDown() override { qunsetenv("VERNIER_CLI"); }
    bool idle() {
        return wait_until([this] { return !queue_.busy(); }, 20000);
    }

    /// Says in told_ what becomes of it.
    Command command(const QString& name) {
        return {.title = name,
                .words = [name] { return QStringList{name}; },
                .started = [this, name] { told_ << name + QStringLiteral(" started"); },
                .finished = [this, name](const Json& result) -> std::optional<Problem> {
                    told_ << name + QStringLiteral(" gave ") + QString::fromStdString(result.dump());
                    return std::nullopt;
                },
                .failed = [this, name](const Problem& problem) { told_ << name + QStringLiteral(" failed: ") + problem.kind; },
                .dropped = [this, name] { told_ << name + QStringLiteral(" dropped"); }};
    }

    TempDir folder_;
    QStringList told_;
    Queue queue_;
};

TEST_F(QueueTest, CommandsRunInTheirOrderAndGiveTheirResults) {
    script("echo '{\"word\":\"'$1'\"}'");
    queue_.enqueue(command(QStringLiteral("one")));
    queue_.enqueue(command(QStringLiteral("two")));
    EXPECT_EQ(queue_.title(), QStringLiteral("one"));
    ASSERT_TRUE(idle());
    const QStringList expected{QStringLiteral("one started"), QStringLiteral("one gave {\"word\":\"one\"}"), QStringLiteral("two started"),
                               QStringLiteral("two gave {\"word\":\"two\"}")};
    EXPECT_EQ(told_, expected);
    EXPECT_FALSE(queue_.problem().has_value());
    EXPECT_EQ(queue_.log(), (QStringList{QStringLiteral("$ vernier-cli one"), QStringLiteral("$ vernier-cli two")}));
    EXPECT_TRUE(queue_.title().isEmpty());
}

TEST_F(QueueTest, OneBarRunsOverAllStagesOfAllCommands) {
    script(
        R"(for event in '"stage":"check","done":1,"total":2' '"stage":"calibrate","done":8,"total":8' '"stage":"quantize","done":0,"total":9' '"stage":"write","done":1,"total":1'
do echo "{\"event\":\"progress\",$event}" >&2; sleep 0.05; done; echo '{}')");
    QVector<double> shares;
    QStringList headings;
    QObject::connect(&queue_, &Queue::changed, &queue_, [&] {
        if (queue_.busy()) {
            shares << queue_.share();
            headings << queue_.heading();
        }
    });
    for (const QString& name : {QStringLiteral("one"), QStringLiteral("two")}) {
        Command quantize = command(name);
        quantize.words = [name] { return QStringList{QStringLiteral("quantize"), name}; };
        queue_.enqueue(quantize);
    }
    const auto asked = shares.size();
    ASSERT_TRUE(idle());
    for (qsizetype i = asked; i < shares.size(); ++i) {
        EXPECT_GE(shares[i], shares[i - 1]) << "the bar ran back at " << i;
    }
    EXPECT_NEAR(shares.last(), 1.0, 1e-9);
    EXPECT_TRUE(headings.contains(QStringLiteral("one (1 of 2)")));
    EXPECT_TRUE(headings.contains(QStringLiteral("two (2 of 2)")));
    EXPECT_EQ(queue_.count(), 0) << "the next work begins anew";
    EXPECT_EQ(queue_.share(), 0.0);
}

TEST_F(QueueTest, OfTheSameKindOnlyTheNewestWaits) {
    script("echo '{}'");
    queue_.enqueue(command(QStringLiteral("first")));
    for (const QString& name : {QStringLiteral("older"), QStringLiteral("newer")}) {
        Command comparison = command(name);
        comparison.newest = QStringLiteral("compare");
        queue_.enqueue(comparison);
    }
    ASSERT_TRUE(idle());
    EXPECT_TRUE(told_.contains(QStringLiteral("newer gave {}")));
    EXPECT_TRUE(told_.filter(QStringLiteral("older")).isEmpty());
}

TEST_F(QueueTest, NoWordsAreNoWorkAndAProblemIsAFailureWithoutAChild) {
    script("echo '{}'");
    Command nothing = command(QStringLiteral("nothing"));
    nothing.words = [] { return QStringList(); };
    queue_.enqueue(nothing);
    EXPECT_FALSE(queue_.busy());
    EXPECT_TRUE(told_.isEmpty());
    Command changed = command(QStringLiteral("changed"));
    changed.words = [] { return Problem{QStringLiteral("changed"), QStringLiteral("The file is another one."), 65}; };
    queue_.enqueue(changed);
    Command unwritable = command(QStringLiteral("unwritable"));
    unwritable.words = []() -> std::variant<QStringList, Problem> { throw Error(ErrorKind::cannot_write, "No room"); };
    queue_.enqueue(unwritable);
    EXPECT_FALSE(queue_.busy());
    EXPECT_EQ(told_, (QStringList{QStringLiteral("changed failed: changed"), QStringLiteral("unwritable failed: cannot-write")}));
    ASSERT_TRUE(queue_.problem().has_value());
    EXPECT_TRUE(queue_.problem()->message.contains(QStringLiteral("No room")));
    EXPECT_TRUE(queue_.log().contains(QStringLiteral("The file is another one.")));
}

TEST_F(QueueTest, AResultThatCannotBeReadAndARefusedOneAreFailures) {
    script("echo '{}'");
    Command unread = command(QStringLiteral("unread"));
    unread.finished = [](const Json& result) -> std::optional<Problem> {
        (void)result.at("models");
        return std::nullopt;
    };
    queue_.enqueue(unread);
    ASSERT_TRUE(idle());
    EXPECT_EQ(told_.last(), QStringLiteral("unread failed: internal"));
    Command refused = command(QStringLiteral("refused"));
    refused.finished = [](const Json&) { return Problem{QStringLiteral("changed"), QStringLiteral("Of another file."), 65}; };
    queue_.enqueue(refused);
    ASSERT_TRUE(idle());
    EXPECT_EQ(told_.last(), QStringLiteral("refused failed: changed"));
    EXPECT_EQ(queue_.problem()->message, QStringLiteral("Of another file."));
}

TEST_F(QueueTest, ACancelDropsWhatWaitsAndEndsWhatRuns) {
    script("cat > /dev/null; exit 130");
    queue_.enqueue(command(QStringLiteral("running")));
    queue_.enqueue(command(QStringLiteral("waiting")));
    queue_.cancel();
    ASSERT_TRUE(idle());
    EXPECT_EQ(told_, (QStringList{QStringLiteral("running started"), QStringLiteral("waiting dropped"), QStringLiteral("running failed: cancelled")}));
}

TEST_F(QueueTest, OfWhatWasAbandonedNothingIsHeard) {
    script("cat > /dev/null; exit 130");
    queue_.enqueue(command(QStringLiteral("running")));
    queue_.enqueue(command(QStringLiteral("waiting")));
    queue_.aside(
        {QStringLiteral("inspect")}, [this](const Json&) { told_ << QStringLiteral("aside"); }, [this](const Problem&) { told_ << QStringLiteral("aside"); });
    queue_.abandon();
    EXPECT_FALSE(queue_.busy());
    ASSERT_TRUE(wait_until([this] { return queue_.children().isEmpty(); }, 20000)) << "the children are let go when they end";
    EXPECT_EQ(told_, QStringList{QStringLiteral("running started")});
}

TEST_F(QueueTest, WhatRunsAsideIsNoWorkThatTheUserWaitsFor) {
    script("echo '{\"advice\":1}'");
    Json given;
    queue_.aside(
        {QStringLiteral("inspect")}, [&](const Json& result) { given = result; }, [](const Problem&) {});
    EXPECT_FALSE(queue_.busy());
    ASSERT_TRUE(wait_until([&] { return given.is_object(); }, 20000));
    EXPECT_TRUE(queue_.log().isEmpty());
}

TEST_F(QueueTest, ARefusalIsAProblemUntilItIsCleared) {
    QSignalSpy spy(&queue_, &Queue::changed);
    queue_.refuse({QStringLiteral("usage"), QStringLiteral("Pick a dataset."), 64});
    ASSERT_TRUE(queue_.problem().has_value());
    queue_.clearProblem();
    EXPECT_FALSE(queue_.problem().has_value());
    queue_.clearProblem();
    EXPECT_EQ(spy.count(), 2);
}

}  // namespace
}  // namespace vernier::ui
