// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of a session: what is missing for one, what stops it, and what becomes of it when files and recipe change.
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/support/model_builder.h"
#include "tests/ui/compared.h"
#include "tests/ui/small_session.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

TEST(SessionRuns, StaticWithoutDataSaysWhatIsMissing) {
    SmallSession small;
    small.session.document().chooseWholeModel(Method::int8_static);
    EXPECT_EQ(small.session.trials().quantize(), 0);
    ASSERT_TRUE(small.session.queue().problem());
    EXPECT_TRUE(small.session.queue().problem()->message.contains(QStringLiteral("calibration")));
    EXPECT_TRUE(small.session.runs().isEmpty());
}

TEST(SessionRuns, WithoutLabelsNoAccuracyIsLimited) {
    SmallSession small;
    const auto words = small.folder / "words.txt";
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho \"$@\" >> '" + words.string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    ASSERT_TRUE(small.session.gate().max_drop_points.has_value());
    small.session.setGate({small.session.gate().max_drop_points, 1.1, 95, 20});
    small.session.trials().addCandidate(QString::fromStdString(small.model_path));
    small.session.trials().measureAgain();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    qunsetenv("VERNIER_CLI");
    const std::string told = read_file(words);
    EXPECT_NE(told.find("compare"), std::string::npos);
    EXPECT_NE(told.find("--min-speedup"), std::string::npos);
    EXPECT_NE(told.find("--min-agreement 95"), std::string::npos);
    EXPECT_NE(told.find("--min-sqnr 20"), std::string::npos);
    EXPECT_EQ(told.find("--max-drop"), std::string::npos) << told;
}

TEST(SessionRuns, AModelThatChangedOnDiskIsNotMeasuredInSilence) {
    SmallSession small;
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho started >> '" + (small.folder / "words.txt").string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    const std::string before = small.session.model()->sha256();
    test::ModelBuilder other;
    other.input("x", ElementType::float32, {"N", 4}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {"N", 4});
    write_file(small.model_path, other.bytes());
    small.session.trials().measureBaseline();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    ASSERT_TRUE(small.session.queue().problem());
    EXPECT_EQ(small.session.queue().problem()->kind, QStringLiteral("changed"));
    EXPECT_TRUE(small.session.trials().modelChanged());
    EXPECT_FALSE(std::filesystem::exists(small.folder / "words.txt")) << "nothing was started";
    small.session.document().reload();
    ASSERT_TRUE(wait_until([&] { return small.session.document().readingName().isEmpty(); }));
    EXPECT_NE(small.session.model()->sha256(), before);
    EXPECT_FALSE(small.session.trials().modelChanged());
    qunsetenv("VERNIER_CLI");
}

TEST(SessionRuns, ACandidateThatChangedOnDiskIsLeftOutUntilItIsReloaded) {
    SmallSession small;
    const auto words = small.folder / "words.txt";
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho \"$@\" >> '" + words.string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    const QString file = QString::fromStdString(small.folder.write("other.onnx", read_file(small.model_path)).string());
    const int id = small.session.trials().addCandidate(file);
    small.folder.write("other.onnx", "something else");
    small.session.trials().measureAgain();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    ASSERT_NE(small.session.run(id), nullptr);
    EXPECT_TRUE(small.session.run(id)->changed);
    EXPECT_TRUE(small.session.run(id)->problem.contains(QStringLiteral("changed on disk")));
    EXPECT_FALSE(std::filesystem::exists(words) && read_file(words).find("compare") != std::string::npos) << "it was the only candidate";
    small.session.trials().reloadRun(id);
    EXPECT_FALSE(small.session.run(id)->changed);
    small.session.trials().measureAgain();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    EXPECT_NE(read_file(words).find("other.onnx"), std::string::npos);
    qunsetenv("VERNIER_CLI");
}

TEST(SessionRuns, OtherDataStopsTheJobThatMeasuresOnTheData) {
    SmallSession small;
    // Ends when its stdin does, as vernier-cli; until then it would go on to "measure".
    const std::string cli = small.folder.write("cli", "#!/bin/sh\ncat > /dev/null\nexit 130\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    small.session.trials().measureBaseline();
    EXPECT_TRUE(small.session.queue().busy());
    small.session.setDataset(QString::fromStdString((small.folder / "other.npz").string()));
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }, 10000));
    qunsetenv("VERNIER_CLI");
    EXPECT_EQ(small.session.baseline(), nullptr);
    EXPECT_TRUE(small.session.queue().log().join(QLatin1Char(' ')).contains(QStringLiteral("data changed")));
}

TEST(SessionRuns, ACancelledQuantizationLeavesNoRow) {
    SmallSession small;
    const std::string cli = small.folder.write("cli", "#!/bin/sh\ncat > /dev/null\nexit 130\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    small.session.document().chooseWholeModel(Method::fp16);
    ASSERT_TRUE(wait_until([&] { return small.session.plan().has_value(); }));
    EXPECT_EQ(small.session.trials().quantize(), 1);
    EXPECT_EQ(small.session.trials().quantize(), 2);  // waits
    EXPECT_EQ(small.session.runs().size(), 2);
    small.session.queue().cancel();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }, 10000));
    qunsetenv("VERNIER_CLI");
    EXPECT_TRUE(small.session.runs().isEmpty());
}

TEST(SessionRuns, NothingChosenIsNothingToQuantize) {
    SmallSession small;
    EXPECT_FALSE(small.session.trials().quantizeProblem().isEmpty());
    EXPECT_EQ(small.session.trials().quantize(), 0);
    EXPECT_TRUE(small.session.runs().isEmpty());
    small.session.choose({0}, Method::fp16);
    EXPECT_TRUE(small.session.trials().quantizeProblem().isEmpty()) << small.session.trials().quantizeProblem().toStdString();
}

TEST(SessionRuns, ARemovedRunComesBackWithItsFigures) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    Session& session = small.session;
    const Json before = session.trials().comparisonJson();
    for (const int id : {1, 2}) {
        session.trials().removeRun(id);
        EXPECT_EQ(session.run(id), nullptr);
        EXPECT_EQ(session.comparison()->candidates.size(), 1U);
        session.undoStack().undo();
        ASSERT_NE(session.run(id), nullptr);
        ASSERT_NE(session.measured(id), nullptr);
        EXPECT_EQ(session.measured(id)->title, session.run(id)->title.toStdString());
        EXPECT_EQ(session.runs()[id - 1].id, id) << "in its old place";
        EXPECT_EQ(session.trials().comparisonJson()["candidates"], before["candidates"]) << id;
        EXPECT_EQ(session.trials().comparisonJson()["verdict"], before["verdict"]) << id;
    }
    session.trials().removeRun(1);
    session.trials().removeRun(2);
    EXPECT_EQ(session.comparison(), nullptr);
    session.undoStack().undo();
    session.undoStack().undo();
    ASSERT_NE(session.comparison(), nullptr);
    EXPECT_EQ(session.trials().comparisonJson()["candidates"], before["candidates"]);
    EXPECT_EQ(session.runs().size(), 2);
}

TEST(SessionRuns, LimitsAndTitlesAreUndoneToo) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    Session& session = small.session;
    const Gate before = session.gate();
    session.setGate({before.max_drop_points, 1.1});
    session.setGate({before.max_drop_points, 1.2});
    session.trials().renameRun(1, QStringLiteral("other"));
    session.undoStack().undo();
    EXPECT_EQ(session.run(1)->title, QStringLiteral("all static"));
    session.undoStack().undo();
    EXPECT_EQ(session.gate(), before) << "neighbouring changes of the limits are one step";
    session.undoStack().redo();
    EXPECT_EQ(session.gate().min_speedup, 1.2);
}

TEST(SessionRuns, ShowsWhatARunOfThisRecipeWasWrittenWith) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    EXPECT_EQ(small.session.madeRun(), nullptr) << "these runs have no documents";
    Json document = Json::parse(read_file(small.folder / "s.vernier"));
    Json nodes = Json::array();
    for (int id = 0; id < 6; ++id) {
        nodes.push_back({{"id", id}, {"applied", id == 2 ? "int8-static" : "fp32"}, {"why", id == 0 ? "measured: INT8 here gives no measurable speedup" : ""}});
    }
    document["runs"][0]["quantized"] = {{"nodes", nodes}, {"size_bytes", 1234}};
    write_file(small.folder / "made.vernier", document.dump());
    small.session.open(QString::fromStdString((small.folder / "made.vernier").string()));
    ASSERT_TRUE(wait_until([&] { return small.session.madeRun() != nullptr; }));
    EXPECT_EQ(small.session.nodeState(0).applied, Method::fp32);
    EXPECT_TRUE(small.session.nodeState(0).written);
    EXPECT_TRUE(small.session.nodeState(0).why.contains(QStringLiteral("no measurable speedup")));
    EXPECT_EQ(small.session.totals().nodes[static_cast<std::size_t>(Method::int8_static)], 1);
    EXPECT_EQ(small.session.totals().sizeEstimate, 1234U);
    small.session.choose({5}, Method::fp16);
    EXPECT_EQ(small.session.madeRun(), nullptr) << "another recipe: what was written says nothing about it";
    EXPECT_FALSE(small.session.nodeState(0).written);
    small.session.undoStack().undo();
    EXPECT_NE(small.session.madeRun(), nullptr);
}

}  // namespace
}  // namespace vernier::ui
