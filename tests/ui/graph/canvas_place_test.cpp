// SPDX-License-Identifier: GPL-3.0-or-later
// What comes late, such as a bar above the graph, moves nothing that the user placed.
#include <gtest/gtest.h>

#include <QApplication>
#include <QTest>
#include <QVBoxLayout>

#include <onnx/onnx_pb.h>

#include "core/layout/layout.h"
#include "tests/support/model_builder.h"
#include "ui/graph/graph_canvas.h"

namespace vernier::ui {
namespace {

/// Four nodes, one below the other.
ModelPtr chain() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"a"});
    b.node("Sigmoid", {"a"}, {"b"});
    b.node("Tanh", {"b"}, {"c"});
    b.node("Softmax", {"c"}, {"y"});
    b.output("y", ElementType::float32, {1, 4});
    return make_model(b.build());
}

/// A canvas with a bar above it that may come late, as in the window.
class CanvasPlaceTest : public testing::Test {
protected:
    void SetUp() override {
        auto* column = new QVBoxLayout(&window_);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(bar_);
        column->addWidget(canvas_, 1);
        bar_->setFixedHeight(31);
        bar_->hide();
        canvas_->setMotion(false);
        window_.resize(700, 600);
        window_.show();
        show(chain());
    }
    void show(const ModelPtr& model) {
        canvas_->setModel(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
        window_.grab();
    }
    void click(int node) { QTest::mouseClick(canvas_->viewport(), Qt::LeftButton, {}, canvas_->rectOf(node).center().toPoint()); }
    [[nodiscard]] QPointF onScreen(int node) const { return canvas_->rectOf(node).topLeft() + canvas_->viewport()->mapTo(&window_, QPointF()); }
    /// The bar comes, or goes, and all of it is painted again.
    void turnBar() {
        bar_->setVisible(bar_->isHidden());
        window_.layout()->activate();
        QApplication::processEvents();
        window_.grab();
    }

    QWidget window_;
    QWidget* bar_ = new QWidget;
    GraphCanvas* canvas_ = new GraphCanvas;
};

TEST_F(CanvasPlaceTest, ALateBarMovesNothingThatTheUserPlaced) {
    canvas_->fitAll();
    const QPointF before = onScreen(1);
    const double zoom = canvas_->zoom();
    turnBar();
    ASSERT_EQ(canvas_->viewport()->height(), 600 - 31);
    EXPECT_EQ(canvas_->zoom(), zoom);
    EXPECT_LT((onScreen(1) - before).manhattanLength(), 0.01);
    turnBar();
    EXPECT_LT((onScreen(1) - before).manhattanLength(), 0.01);
}

/// A bar that comes while the view is on its way to all of the graph, and that would hide some of it.
TEST_F(CanvasPlaceTest, WhoAskedForAllOfItSeesAllOfItBelowALateBar) {
    for (const bool motion : {true, false}) {
        canvas_->setMotion(motion);
        canvas_->setZoom(3);
        canvas_->fitAll();
        bar_->setFixedHeight(motion ? 200 : 320);
        turnBar();
        QTest::qWait(300);
        const QRectF ground = canvas_->viewport()->rect();
        EXPECT_TRUE(ground.contains(canvas_->rectOf(0)) && ground.contains(canvas_->rectOf(3))) << motion;
        turnBar();
    }
}

TEST_F(CanvasPlaceTest, ALateBarMovesNothingUnderTheMouse) {
    const double zoom = canvas_->zoom();
    click(1);
    const QPointF before = onScreen(1);
    turnBar();
    EXPECT_EQ(canvas_->zoom(), zoom);
    EXPECT_LT((onScreen(1) - before).manhattanLength(), 0.01) << "the second click of a double click meets the same card";
}

TEST_F(CanvasPlaceTest, ANewGraphIsShownAnewAfterAClickOnTheOneBefore) {
    click(1);
    show(chain());
    window_.resize(640, 260);
    QApplication::processEvents();
    window_.grab();
    const QRectF ground = canvas_->viewport()->rect();
    EXPECT_TRUE(ground.contains(canvas_->rectOf(0)) && ground.contains(canvas_->rectOf(3)));
}

}  // namespace
}  // namespace vernier::ui
