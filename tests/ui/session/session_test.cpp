// SPDX-License-Identifier: GPL-3.0-or-later
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

Rule rule(const std::string& select, Method method) {
    Rule rule;
    rule.select = select;
    rule.method = method;
    return rule;
}

TEST(Session, OpensAModelAndPlansIt) {
    SmallSession small;
    ASSERT_TRUE(small.opened) << small.session.error().toStdString() << small.session.planError().toStdString();
    EXPECT_EQ(small.session.model()->nodes().size(), 6U);
    EXPECT_EQ(small.session.modelName(), QStringLiteral("net.onnx"));
    EXPECT_EQ(small.session.choices().size(), 6U);
    EXPECT_FALSE(small.session.isModified());
    EXPECT_EQ(small.session.nodeState(0).applied, Method::fp32);
}

TEST(Session, AFileThatIsNoModelFailsWithItsReason) {
    const test::TempDir folder;
    Session session;
    session.open(QString::fromStdString(folder.write("broken.onnx", "this is no model").string()));
    ASSERT_TRUE(wait_until([&] { return session.state() == Session::State::failed; }));
    EXPECT_FALSE(session.error().isEmpty());
    EXPECT_EQ(session.model(), nullptr);
    EXPECT_EQ(session.totals().nodes[0], 0);
    EXPECT_TRUE(session.readingName().isEmpty());
}

TEST(Session, ADatasetThatIsRefusedLeavesTheOpenOne) {
    const test::TempDir folder;
    Session session;
    session.open(QStringLiteral(VERNIER_SOURCE_DIR "/resources/demo/glyphs.onnx"));
    ASSERT_TRUE(wait_until([&] { return session.dataset() != nullptr; })) << session.datasetError().toStdString();
    const DatasetPtr before = session.dataset();
    const QSignalSpy refusals(&session, &Session::datasetRefused);
    session.setDataset(QString::fromStdString((folder / "nothing.npz").string()));
    ASSERT_TRUE(wait_until([&] { return refusals.size() == 1; }));
    EXPECT_EQ(session.dataset(), before);
    EXPECT_TRUE(session.datasetPath().endsWith(QStringLiteral("glyphs.dataset.json")));
    EXPECT_TRUE(session.datasetError().isEmpty());
    EXPECT_FALSE(session.datasetBusy());
}

TEST(Session, AFileThatIsRefusedLeavesTheOpenModelAsItWas) {
    SmallSession small;
    Session& session = small.session;
    session.choose({0, 2}, Method::fp16);
    const ModelPtr model = session.model();
    const QSignalSpy states(&session, &Session::stateChanged), refusals(&session, &Session::openRefused);
    for (const auto& [name, content] :
         {std::pair{"broken.onnx", "this is no model"}, {"broken.vernier", "{}"}, {"other.vernier", "{\"vernier_session\": 1}"}}) {
        const auto before = refusals.size();
        session.open(QString::fromStdString(small.folder.write(name, content).string()));
        ASSERT_TRUE(wait_until([&] { return refusals.size() > before; }));
        EXPECT_TRUE(refusals.back().at(0).toString().contains(QLatin1String(name))) << refusals.back().at(0).toString().toStdString();
    }
    EXPECT_TRUE(session.readingName().isEmpty());
    EXPECT_EQ(states.size(), 0);
    EXPECT_EQ(session.model(), model);
    EXPECT_EQ(session.modelName(), QStringLiteral("net.onnx"));
    EXPECT_EQ(session.nodeState(2).chosen, Method::fp16);
    EXPECT_TRUE(session.undoStack().canUndo());
}

TEST(Session, AnotherModelTakesThePlaceOfTheOpenOne) {
    SmallSession small;
    Session& session = small.session;
    session.choose({0}, Method::fp16);
    session.open(QString::fromStdString(test::write_small_net(small.folder, "second.onnx")));
    ASSERT_TRUE(wait_until([&] { return session.modelName() == QStringLiteral("second.onnx"); }));
    EXPECT_TRUE(session.readingName().isEmpty());
    EXPECT_FALSE(session.nodeState(0).own);
    EXPECT_FALSE(session.undoStack().canUndo());
    EXPECT_FALSE(session.isModified());
}

TEST(Session, AModelThatIsClosedWhileItOpensDoesNotComeBack) {
    SmallSession small;
    small.session.open(QString::fromStdString(small.model_path));
    small.session.close();
    EXPECT_FALSE(wait_until([&] { return small.session.state() != Session::State::empty; }, 300));
}

TEST(Session, ChoicesCanBeUndoneAndRedone) {
    SmallSession small;
    Session& session = small.session;
    session.choose({0, 2}, Method::fp16);
    EXPECT_TRUE(session.nodeState(0).own);
    EXPECT_EQ(session.nodeState(2).chosen, Method::fp16);
    EXPECT_FALSE(session.nodeState(5).own);
    EXPECT_TRUE(session.isModified());
    session.undoStack().undo();
    EXPECT_FALSE(session.nodeState(0).own);
    EXPECT_FALSE(session.isModified());
    session.undoStack().redo();
    session.choose({0}, std::nullopt);
    EXPECT_FALSE(session.nodeState(0).own);
    EXPECT_TRUE(session.nodeState(2).own);
    EXPECT_EQ(session.undoStack().count(), 2);
}

TEST(Session, TheSameChoiceTwiceIsOneStep) {
    SmallSession small;
    small.session.choose({0}, Method::fp16);
    small.session.choose({0}, Method::fp16);
    EXPECT_EQ(small.session.undoStack().count(), 1);
}

TEST(Session, AllOfAnOpTypeBeatsOwnChoicesOfThatType) {
    SmallSession small;
    Session& session = small.session;
    session.choose({0, 5}, Method::fp16);
    session.chooseByOp(QStringLiteral("Conv"), Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(0).chosen, Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(2).chosen, Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(5).chosen, Method::fp16);
    EXPECT_EQ(session.ruleCount(0), 2);
    EXPECT_EQ(session.ruleCount(-1), 3);
}

TEST(Session, TotalsFollowThePlan) {
    SmallSession small;
    Session& session = small.session;
    QSignalSpy planned(&session, &Session::planChanged);
    session.chooseWholeModel(Method::int8_static);
    // A small plan can be there before the call returns: the totals say so either way.
    EXPECT_EQ(session.totals().planned, session.plan().has_value());
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    const Totals totals = session.totals();
    EXPECT_TRUE(totals.planned);
    EXPECT_GT(totals.nodes[static_cast<std::size_t>(Method::int8_static)], 0);
    EXPECT_GT(totals.sizeEstimate, 0U);
    EXPECT_TRUE(session.needsCalibration());
}

TEST(Session, ARuleThatMatchesNothingIsShownAndLeftOut) {
    SmallSession small;
    Recipe recipe;
    recipe.rules.push_back(rule("op:Softmax", Method::fp16));
    recipe.rules.push_back(rule("op:Gemm", Method::int8_dynamic));
    small.session.setRecipe(recipe, QStringLiteral("test"));
    EXPECT_FALSE(small.session.ruleError(0).isEmpty());
    EXPECT_TRUE(small.session.ruleError(1).isEmpty());
    EXPECT_EQ(small.session.nodeState(5).chosen, Method::int8_dynamic);
    EXPECT_EQ(small.session.nodeState(5).rule, 1);
    EXPECT_TRUE(wait_until([&] { return small.session.plan().has_value(); })) << small.session.planError().toStdString();
}

TEST(Session, FilterCountsAndNamesErrors) {
    SmallSession small;
    Filter& filter = small.session.filter();
    EXPECT_EQ(filter.count(), 6);
    filter.setText(QStringLiteral("op:Conv"));
    EXPECT_EQ(filter.count(), 2);
    EXPECT_TRUE(filter.matches()[0] && filter.matches()[2]);
    filter.setText(QStringLiteral("op:Conv and ("));
    EXPECT_FALSE(filter.error().isEmpty());
    filter.setText(QStringLiteral("op:Cnov"));
    EXPECT_EQ(filter.count(), 0);
    EXPECT_FALSE(filter.error().isEmpty());
}

TEST(Session, StaticWithoutDataSaysWhatIsMissing) {
    SmallSession small;
    small.session.chooseWholeModel(Method::int8_static);
    EXPECT_EQ(small.session.trials().quantize(), 0);
    ASSERT_TRUE(small.session.queue().problem());
    EXPECT_TRUE(small.session.queue().problem()->message.contains(QStringLiteral("calibration")));
    EXPECT_TRUE(small.session.runs().isEmpty());
}

TEST(Session, WithoutLabelsNoAccuracyIsLimited) {
    SmallSession small;
    const auto words = small.folder / "words.txt";
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho \"$@\" >> '" + words.string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    ASSERT_TRUE(small.session.gate().max_drop_points.has_value());
    small.session.setGate({small.session.gate().max_drop_points, 1.1, 95, 20});
    small.session.addCandidate(QString::fromStdString(small.model_path));
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

TEST(Session, AModelThatChangedOnDiskIsNotMeasuredInSilence) {
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
    small.session.reload();
    ASSERT_TRUE(wait_until([&] { return small.session.readingName().isEmpty(); }));
    EXPECT_NE(small.session.model()->sha256(), before);
    EXPECT_FALSE(small.session.trials().modelChanged());
    qunsetenv("VERNIER_CLI");
}

TEST(Session, ACandidateThatChangedOnDiskIsLeftOutUntilItIsReloaded) {
    SmallSession small;
    const auto words = small.folder / "words.txt";
    const std::string cli = small.folder.write("cli", "#!/bin/sh\necho \"$@\" >> '" + words.string() + "'\nexit 70\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    const QString file = QString::fromStdString(small.folder.write("other.onnx", read_file(small.model_path)).string());
    const int id = small.session.addCandidate(file);
    small.folder.write("other.onnx", "something else");
    small.session.trials().measureAgain();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    ASSERT_NE(small.session.run(id), nullptr);
    EXPECT_TRUE(small.session.run(id)->changed);
    EXPECT_TRUE(small.session.run(id)->problem.contains(QStringLiteral("changed on disk")));
    EXPECT_FALSE(std::filesystem::exists(words) && read_file(words).find("compare") != std::string::npos) << "it was the only candidate";
    small.session.reloadRun(id);
    EXPECT_FALSE(small.session.run(id)->changed);
    small.session.trials().measureAgain();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }));
    EXPECT_NE(read_file(words).find("other.onnx"), std::string::npos);
    qunsetenv("VERNIER_CLI");
}

TEST(Session, OtherDataStopsTheJobThatMeasuresOnTheData) {
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
    EXPECT_FALSE(small.session.baseline().has_value());
    EXPECT_TRUE(small.session.queue().log().join(QLatin1Char(' ')).contains(QStringLiteral("data changed")));
}

TEST(Session, ADatasetThatCannotBeOpenedIsAnErrorOfTheDataPanelOnly) {
    SmallSession small;
    small.session.setDataset(QString::fromStdString((small.folder / "nothing.npz").string()));
    ASSERT_TRUE(wait_until([&] { return !small.session.datasetBusy(); }));
    EXPECT_FALSE(small.session.datasetError().isEmpty());
    EXPECT_EQ(small.session.dataset(), nullptr);
    EXPECT_EQ(small.session.state(), Session::State::open);
}

TEST(Session, ACancelledQuantizationLeavesNoRow) {
    SmallSession small;
    const std::string cli = small.folder.write("cli", "#!/bin/sh\ncat > /dev/null\nexit 130\n").string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    qputenv("VERNIER_CLI", cli.c_str());
    small.session.chooseWholeModel(Method::fp16);
    ASSERT_TRUE(wait_until([&] { return small.session.plan().has_value(); }));
    EXPECT_EQ(small.session.trials().quantize(), 1);
    EXPECT_EQ(small.session.trials().quantize(), 2);  // waits
    EXPECT_EQ(small.session.runs().size(), 2);
    small.session.queue().cancel();
    ASSERT_TRUE(wait_until([&] { return !small.session.queue().busy(); }, 10000));
    qunsetenv("VERNIER_CLI");
    EXPECT_TRUE(small.session.runs().isEmpty());
}

TEST(Session, NothingChosenIsNothingToQuantize) {
    SmallSession small;
    EXPECT_FALSE(small.session.quantizeProblem().isEmpty());
    EXPECT_EQ(small.session.trials().quantize(), 0);
    EXPECT_TRUE(small.session.runs().isEmpty());
    small.session.choose({0}, Method::fp16);
    EXPECT_TRUE(small.session.quantizeProblem().isEmpty()) << small.session.quantizeProblem().toStdString();
}

TEST(Session, ARemovedRunComesBackWithItsFigures) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    Session& session = small.session;
    const Json before = session.comparisonJson();
    for (const int id : {1, 2}) {
        session.removeRun(id);
        EXPECT_EQ(session.run(id), nullptr);
        EXPECT_EQ(session.comparison()->candidates.size(), 1U);
        session.undoStack().undo();
        ASSERT_NE(session.run(id), nullptr);
        ASSERT_NE(session.measured(id), nullptr);
        EXPECT_EQ(session.measured(id)->title, session.run(id)->title.toStdString());
        EXPECT_EQ(session.runs()[id - 1].id, id) << "in its old place";
        EXPECT_EQ(session.comparisonJson()["candidates"], before["candidates"]) << id;
        EXPECT_EQ(session.comparisonJson()["verdict"], before["verdict"]) << id;
    }
    session.removeRun(1);
    session.removeRun(2);
    EXPECT_EQ(session.comparison(), nullptr);
    session.undoStack().undo();
    session.undoStack().undo();
    ASSERT_NE(session.comparison(), nullptr);
    EXPECT_EQ(session.comparisonJson()["candidates"], before["candidates"]);
    EXPECT_EQ(session.runs().size(), 2);
}

TEST(Session, LimitsAndTitlesAreUndoneToo) {
    SmallSession small;
    ASSERT_TRUE(test::open_compared(small, test::simulated_comparison()));
    Session& session = small.session;
    const Gate before = session.gate();
    session.setGate({before.max_drop_points, 1.1});
    session.setGate({before.max_drop_points, 1.2});
    session.renameRun(1, QStringLiteral("other"));
    session.undoStack().undo();
    EXPECT_EQ(session.run(1)->title, QStringLiteral("all static"));
    session.undoStack().undo();
    EXPECT_EQ(session.gate(), before) << "neighbouring changes of the limits are one step";
    session.undoStack().redo();
    EXPECT_EQ(session.gate().min_speedup, 1.2);
}

TEST(Session, ShowsWhatARunOfThisRecipeWasWrittenWith) {
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

TEST(Session, WorkFollowsTheSizesOfTheSettings) {
    const test::TempDir folder;
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"N", "T", 8}).initializer("w", std::vector<float>(64, 0.5F), {8, 8});
    b.node("MatMul", {"x", "w"}, {"y"}, {}, "product").output("y", ElementType::float32, {"N", "T", 8});
    Session session;
    session.open(QString::fromStdString(folder.write("open.onnx", b.bytes()).string()));
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    session.filter().setText(QStringLiteral("macs>3000"));
    const auto macs = [&] { return session.model()->node(0).macs; };
    const QSignalSpy sizes(&session, &Session::sizesChanged);
    MeasureSettings settings;
    settings.sizes = {QStringLiteral("T=64")};
    session.setMeasureSettings(settings);
    ASSERT_TRUE(wait_until([&] { return macs() == 64 * 64; })) << macs();
    EXPECT_EQ(session.filter().count(), 1);
    settings.sizes = {QStringLiteral("x=2x16x8")};
    session.setMeasureSettings(settings);
    ASSERT_TRUE(wait_until([&] { return macs() == 2 * 16 * 64; })) << macs();
    EXPECT_EQ(session.filter().count(), 0) << "the filter looks at the same numbers";
    EXPECT_EQ(sizes.size(), 2);
    settings.threads = 3;
    session.setMeasureSettings(settings);
    EXPECT_EQ(sizes.size(), 2) << "threads change no work";
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
}

TEST(Session, ConstantNodesAreNoWork) {
    const test::TempDir folder;
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.node("Constant", {}, {"c"}, {test::Attr("value_floats", std::vector<float>{1, 2, 3, 4})}, "c");
    b.node("Add", {"x", "c"}, {"y"}, {}, "add_constant");
    b.output("y", ElementType::float32, {1, 4});
    Session session;
    session.open(QString::fromStdString(folder.write("c.onnx", b.bytes()).string()));
    ASSERT_TRUE(wait_until([&] { return session.state() == Session::State::open; }));
    EXPECT_EQ(session.nodeCount(), 1);
    EXPECT_EQ(session.ruleCount(-1), 1) << "nor does the default count it";
    EXPECT_EQ(session.filter().nodes(), QVector<int>{1});
    session.filter().setText(QStringLiteral("op:Constant"));
    EXPECT_EQ(session.filter().nodes(), QVector<int>{0});
}

TEST(Session, AWrongFilterIsToldWithItsTextAndBesideIt) {
    SmallSession small;
    Filter& filter = small.session.filter();
    filter.setText(QStringLiteral("name:\"column 3\" and"));
    EXPECT_EQ(filter.error(), QStringLiteral("selector 'name:\"column 3\" and', column 20: a term is missing at the end"));
    EXPECT_EQ(filter.errorBeside(), QStringLiteral("Column 20: a term is missing at the end")) << "not what the text itself calls a column";
    filter.setText(QStringLiteral("op:NoSuchOp"));
    EXPECT_FALSE(filter.error().isEmpty());
    EXPECT_EQ(filter.errorBeside(), filter.error());
    filter.setText({});
    EXPECT_TRUE(filter.errorBeside().isEmpty());
}

}  // namespace
}  // namespace vernier::ui
