// SPDX-License-Identifier: GPL-3.0-or-later
// If bodies in the real window: in by double click, Enter and table, out by Esc, crumbs and Alt+Left.
#include <QApplication>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/ui/small_session.h"
#include "ui/choose/nodes_panel.h"
#include "ui/graph/breadcrumbs.h"
#include "ui/graph/graph_canvas.h"
#include "ui/shell/graph_panel.h"
#include "ui/shell/main_window.h"

namespace vernier::ui {
namespace {

using test::wait_until;

/// Neg (0), If (1), Relu (2); then: MatMul (3), If (4), Add (5); else: Tanh (6); inside the inner If: Sigmoid (7), Identity (8).
std::string write_branches(const test::TempDir& folder) {
    test::ModelBuilder deep, flat, yes, no;
    deep.node("Sigmoid", {"m"}, {"d"}, {}, "deep").output("d", ElementType::float32, {1, 4});
    flat.node("Identity", {"m"}, {"f"}, {}, "flat").output("f", ElementType::float32, {1, 4});
    yes.initializer("w", test::random_floats(16, 1), {4, 4}).node("MatMul", {"h", "w"}, {"m"}, {}, "product");
    yes.node("If", {"c"}, {"i"}, {{"then_branch", deep.graph()}, {"else_branch", flat.graph()}}, "inner_if");
    yes.node("Add", {"m", "i"}, {"t"}, {}, "sum").output("t", ElementType::float32, {1, 4});
    no.node("Tanh", {"h"}, {"e"}, {}, "other").output("e", ElementType::float32, {1, 4});
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).input("c", ElementType::boolean, {});
    b.node("Neg", {"x"}, {"h"}, {}, "front");
    b.node("If", {"c"}, {"y"}, {{"then_branch", yes.graph()}, {"else_branch", no.graph()}}, "outer_if");
    b.node("Relu", {"y"}, {"z"}, {}, "end").output("z", ElementType::float32, {1, 4});
    return folder.write("branches.onnx", b.bytes()).string();
}

class GraphBodiesTest : public ::testing::Test {
protected:
    GraphBodiesTest() : window_(session_, appearance_) {
        appearance_.useMode(Appearance::Mode::light);
        window_.canvas()->setMotion(false);
        window_.resize(1400, 900);
        window_.show();
        QApplication::setActiveWindow(&window_);
        window_.openPath(QString::fromStdString(write_branches(folder_)));
        opened_ = wait_until([this] { return session_.plan() && window_.graphPanel()->ready(); });
        window_.canvas()->fitAll();
    }
    ~GraphBodiesTest() override { session_.close(); }
    [[nodiscard]] QRectF rect(int node) const { return window_.canvas()->rectOf(node); }
    [[nodiscard]] bool isCard(int node) const { return window_.canvas()->nodeAt(rect(node).center()) == node; }
    void doubleClick(int node) {
        QTest::mouseClick(window_.canvas()->viewport(), Qt::LeftButton, {}, rect(node).center().toPoint());
        QTest::mouseDClick(window_.canvas()->viewport(), Qt::LeftButton, {}, rect(node).center().toPoint());
    }
    [[nodiscard]] bool shows(GraphId graph) {
        return wait_until([&] { return window_.graphPanel()->shownGraph() == graph; }, 20000);
    }
    [[nodiscard]] QToolButton* crumb(const QString& words) {
        for (QToolButton* button : window_.graphPanel()->breadcrumbs()->findChildren<QToolButton*>()) {
            if (button->isVisible() && button->toolTip() == words) {
                return button;
            }
        }
        return nullptr;
    }

    test::TempDir folder_;
    Appearance appearance_;
    Session session_;
    MainWindow window_;
    bool opened_ = false;
};

TEST_F(GraphBodiesTest, ADoubleClickOpensABodyAndEscLeadsBack) {
    ASSERT_TRUE(opened_);
    Breadcrumbs* crumbs = window_.graphPanel()->breadcrumbs();
    EXPECT_FALSE(crumbs->isVisible()) << "nothing to go back to";
    EXPECT_EQ(rect(3), rect(1)) << "a node of a body lies on its holder's card";
    doubleClick(1);
    ASSERT_TRUE(shows(1));
    EXPECT_TRUE(crumbs->isVisible());
    EXPECT_NE(crumb(QStringLiteral("Main graph")), nullptr);
    EXPECT_NE(crumb(QStringLiteral("outer_if: then")), nullptr);
    EXPECT_EQ(session_.selection().current(), 3) << "keys go on from the body's first node";
    EXPECT_TRUE(isCard(3));
    EXPECT_TRUE(isCard(5));
    EXPECT_TRUE(rect(1).isNull()) << "the main graph is not here";
    EXPECT_TRUE(QRectF(window_.canvas()->viewport()->rect()).contains(rect(3)));
    doubleClick(4);
    ASSERT_TRUE(shows(3));
    EXPECT_TRUE(isCard(7));
    window_.canvas()->setFocus();
    QTest::keyClick(window_.canvas(), Qt::Key_Escape);
    ASSERT_TRUE(shows(1));
    EXPECT_EQ(session_.selection().nodes(), QVector<int>{4}) << "the node that we were in";
    QTest::keyClick(window_.canvas(), Qt::Key_Escape);
    ASSERT_TRUE(shows(0));
    EXPECT_EQ(session_.selection().nodes(), QVector<int>{1});
    EXPECT_FALSE(crumbs->isVisible());
    QTest::keyClick(window_.canvas(), Qt::Key_Escape);
    EXPECT_TRUE(session_.selection().nodes().isEmpty()) << "in the main graph Esc clears the selection";
}

TEST_F(GraphBodiesTest, EnterAndAltLeftWork) {
    ASSERT_TRUE(opened_);
    session_.selection().setOne(1);
    window_.canvas()->setFocus();
    QTest::keyClick(window_.canvas(), Qt::Key_Return);
    ASSERT_TRUE(shows(1));
    QTest::keyClick(&window_, Qt::Key_Left, Qt::AltModifier);
    ASSERT_TRUE(shows(0));
    EXPECT_EQ(session_.selection().current(), 1);
}

TEST_F(GraphBodiesTest, CrumbsLeadToEachStepAndToTheOtherBranch) {
    ASSERT_TRUE(opened_);
    session_.selection().setOne(7);  // as the table or the palette does
    ASSERT_TRUE(shows(3));
    ASSERT_NE(crumb(QStringLiteral("outer_if: then")), nullptr);
    QTest::mouseClick(crumb(QStringLiteral("outer_if: then")), Qt::LeftButton);
    ASSERT_TRUE(shows(1));
    EXPECT_EQ(session_.selection().current(), 4);
    ASSERT_NE(crumb(QStringLiteral("else")), nullptr);
    QTest::mouseClick(crumb(QStringLiteral("else")), Qt::LeftButton);
    ASSERT_TRUE(shows(2));
    EXPECT_EQ(session_.selection().current(), 6);
    QTest::mouseClick(crumb(QStringLiteral("Main graph")), Qt::LeftButton);
    ASSERT_TRUE(shows(0));
    EXPECT_EQ(session_.selection().current(), 1);
}

TEST_F(GraphBodiesTest, TheTableLeadsIntoABodyAndAChoiceThereIsShown) {
    ASSERT_TRUE(opened_);
    QTableView& table = *window_.panel<NodesPanel>()->table();
    table.scrollTo(table.model()->index(3, 1));
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, window_.panel<NodesPanel>()->rowRect(3).center());
    ASSERT_TRUE(shows(1));
    QTest::keyClick(&window_, Qt::Key_2);
    EXPECT_EQ(session_.nodeState(3).chosen, Method::fp16);
    EXPECT_EQ(session_.nodeState(5).chosen, Method::fp32);
    table.scrollTo(table.model()->index(2, 1));
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, window_.panel<NodesPanel>()->rowRect(2).center());
    ASSERT_TRUE(shows(0));
    EXPECT_EQ(session_.selection().current(), 2);
}

TEST_F(GraphBodiesTest, ReturnInTheTableGoesIntoABodyToo) {
    ASSERT_TRUE(opened_);
    QTableView& table = *window_.panel<NodesPanel>()->table();
    table.scrollTo(table.model()->index(1, 1));
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, window_.panel<NodesPanel>()->rowRect(1).center());
    ASSERT_EQ(session_.selection().current(), 1);
    QTest::keyClick(&table, Qt::Key_Return);
    ASSERT_TRUE(shows(1));
    EXPECT_EQ(session_.selection().current(), 3);
}

TEST_F(GraphBodiesTest, AnotherModelBeginsWithItsMainGraph) {
    ASSERT_TRUE(opened_);
    session_.selection().setOne(7);
    ASSERT_TRUE(shows(3));
    window_.openPath(QString::fromStdString(test::write_small_net(folder_)));
    ASSERT_TRUE(wait_until([this] { return session_.modelName() == QStringLiteral("net.onnx") && window_.graphPanel()->ready(); }));
    EXPECT_EQ(window_.graphPanel()->shownGraph(), 0);
    EXPECT_FALSE(window_.graphPanel()->breadcrumbs()->isVisible());
    EXPECT_TRUE(isCard(5));
}

}  // namespace
}  // namespace vernier::ui
