// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "tests/support/demo.h"
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
    EXPECT_TRUE(session.document().readingName().isEmpty());
}

TEST(Session, ADatasetThatIsRefusedLeavesTheOpenOne) {
    const test::TempDir folder;
    Session session;
    session.open(QString::fromStdString(test::kDemo));
    ASSERT_TRUE(wait_until([&] { return session.dataset() != nullptr; })) << session.datasetError().toStdString();
    const DatasetPtr before = session.dataset();
    const QSignalSpy refusals(&session, &Session::datasetRefused);
    session.setDataset(QString::fromStdString((folder / "nothing.npz").string()));
    ASSERT_TRUE(wait_until([&] { return refusals.size() == 1; }));
    EXPECT_EQ(session.dataset(), before);
    EXPECT_TRUE(session.datasetPath().endsWith(QStringLiteral("glyphs.dataset.json")));
    EXPECT_TRUE(session.datasetError().isEmpty());
    EXPECT_FALSE(session.document().datasetBusy());
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
    EXPECT_TRUE(session.document().readingName().isEmpty());
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
    EXPECT_TRUE(session.document().readingName().isEmpty());
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
    session.document().chooseByOp(QStringLiteral("Conv"), Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(0).chosen, Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(2).chosen, Method::int8_dynamic);
    EXPECT_EQ(session.nodeState(5).chosen, Method::fp16);
    EXPECT_EQ(session.document().ruleCount(0), 2);
    EXPECT_EQ(session.document().ruleCount(-1), 3);
}

TEST(Session, TotalsFollowThePlan) {
    SmallSession small;
    Session& session = small.session;
    QSignalSpy planned(&session, &Session::planChanged);
    session.document().chooseWholeModel(Method::int8_static);
    // A small plan can be there before the call returns: the totals say so either way.
    EXPECT_EQ(session.totals().planned, session.plan().has_value());
    ASSERT_TRUE(wait_until([&] { return session.plan().has_value(); }));
    const Totals totals = session.totals();
    EXPECT_TRUE(totals.planned);
    EXPECT_GT(totals.nodes[static_cast<std::size_t>(Method::int8_static)], 0);
    EXPECT_GT(totals.sizeEstimate, 0U);
    EXPECT_TRUE(session.document().needsCalibration());
}

TEST(Session, ARuleThatMatchesNothingIsShownAndLeftOut) {
    SmallSession small;
    Recipe recipe;
    recipe.rules.push_back(rule("op:Softmax", Method::fp16));
    recipe.rules.push_back(rule("op:Gemm", Method::int8_dynamic));
    small.session.document().setRecipe(recipe, QStringLiteral("test"));
    EXPECT_FALSE(small.session.document().ruleError(0).isEmpty());
    EXPECT_TRUE(small.session.document().ruleError(1).isEmpty());
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

TEST(Session, ADatasetThatCannotBeOpenedIsAnErrorOfTheDataPanelOnly) {
    SmallSession small;
    small.session.setDataset(QString::fromStdString((small.folder / "nothing.npz").string()));
    ASSERT_TRUE(wait_until([&] { return !small.session.document().datasetBusy(); }));
    EXPECT_FALSE(small.session.datasetError().isEmpty());
    EXPECT_EQ(small.session.dataset(), nullptr);
    EXPECT_EQ(small.session.state(), Session::State::open);
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
    session.document().setMeasureSettings(settings);
    ASSERT_TRUE(wait_until([&] { return macs() == 64 * 64; })) << macs();
    EXPECT_EQ(session.filter().count(), 1);
    settings.sizes = {QStringLiteral("x=2x16x8")};
    session.document().setMeasureSettings(settings);
    ASSERT_TRUE(wait_until([&] { return macs() == 2 * 16 * 64; })) << macs();
    EXPECT_EQ(session.filter().count(), 0) << "the filter looks at the same numbers";
    EXPECT_EQ(sizes.size(), 2);
    settings.threads = 3;
    session.document().setMeasureSettings(settings);
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
    EXPECT_EQ(session.document().nodeCount(), 1);
    EXPECT_EQ(session.document().ruleCount(-1), 1) << "nor does the default count it";
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
