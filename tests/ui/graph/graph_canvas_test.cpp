// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/graph_canvas.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>
#include <limits>
#include <optional>

#include "core/layout/layout.h"
#include "core/model/sizes.h"
#include "tests/layout/nets.h"
#include "tests/support/model_builder.h"
#include "tests/ui/graph/canvas_fixture.h"

namespace vernier::ui {
namespace {

TEST_F(GraphCanvasTest, EmptyAndBusyStatesPaint) {
    canvas_.show();
    EXPECT_FALSE(canvas_.grab().isNull());
    EXPECT_TRUE(canvas_.accessibleDescription().contains("Open a model"));
    canvas_.setModel(diamond(), nullptr);
    EXPECT_FALSE(canvas_.grab().isNull());
    canvas_.setMessage("The graph cannot be drawn.");
    EXPECT_EQ(canvas_.accessibleDescription(), "The graph cannot be drawn.");
    canvas_.fitAll();
    canvas_.zoomTo(0);
    click({100, 100});
    QTest::keyClick(&canvas_, Qt::Key_Down);
    EXPECT_EQ(current_, -2);  // nothing was asked for
}

TEST_F(GraphCanvasTest, ClickSelectsAndGroundClears) {
    show(diamond());
    click(middle(1));
    EXPECT_EQ(nodes_, QVector<int>{1});
    EXPECT_EQ(current_, 1);
    click(middle(2), Qt::ControlModifier);
    EXPECT_EQ(nodes_, (QVector<int>{1, 2}));
    click(middle(1), Qt::ControlModifier);
    EXPECT_EQ(nodes_, QVector<int>{2});
    click({690, 300});
    EXPECT_TRUE(nodes_.isEmpty());
    EXPECT_EQ(current_, -1);
    EXPECT_TRUE(canvas_.accessibleDescription().contains("4 node"));
}

TEST_F(GraphCanvasTest, ShiftDragSelectsABox) {
    show(diamond());
    const QRectF both = canvas_.rectOf(1).united(canvas_.rectOf(2)).adjusted(-8, -5, 8, 5);
    drag(both.topLeft().toPoint(), both.bottomRight().toPoint(), Qt::ShiftModifier);
    EXPECT_EQ(nodes_, (QVector<int>{1, 2}));
}

TEST_F(GraphCanvasTest, DragOnTheGroundPans) {
    show(diamond());
    const QPoint before = middle(0);
    drag({650, 500}, {610, 470});
    EXPECT_EQ(middle(0), before - QPoint(40, 30));
    EXPECT_EQ(current_, -2);  // panning selects nothing
}

TEST_F(GraphCanvasTest, WheelZoomsAtTheCursor) {
    show(diamond());
    const QPointF where = canvas_.rectOf(3).topLeft();
    const double before = canvas_.zoom();
    QWheelEvent event(where, canvas_.viewport()->mapToGlobal(where), QPoint(), QPoint(0, 240), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(canvas_.viewport(), &event);
    EXPECT_NEAR(canvas_.zoom(), before * 1.44, 1e-9);
    EXPECT_LT((canvas_.rectOf(3).topLeft() - where).manhattanLength(), 0.01);
}

TEST_F(GraphCanvasTest, KeysWalkAlongWires) {
    show(diamond());
    click(middle(0));
    QTest::keyClick(&canvas_, Qt::Key_Down);
    const int below = current_;
    EXPECT_TRUE(below == 1 || below == 2);
    const bool other_is_right = middle(3 - below).x() > middle(below).x();
    QTest::keyClick(&canvas_, other_is_right ? Qt::Key_Right : Qt::Key_Left);
    EXPECT_EQ(current_, 3 - below);
    QTest::keyClick(&canvas_, Qt::Key_Down);
    EXPECT_EQ(current_, 3);
    QTest::keyClick(&canvas_, Qt::Key_Up);
    QTest::keyClick(&canvas_, Qt::Key_Up);
    EXPECT_EQ(current_, 0);
    QTest::keyClick(&canvas_, Qt::Key_Up);  // nothing above: stays
    EXPECT_EQ(current_, 0);
    QTest::keyClick(&canvas_, Qt::Key_A, Qt::ControlModifier);
    EXPECT_EQ(nodes_.size(), 4);
    QTest::keyClick(&canvas_, Qt::Key_Escape);
    EXPECT_TRUE(nodes_.isEmpty());
}

TEST_F(GraphCanvasTest, KeysOfTheWindowPassThrough) {
    show(diamond());
    QWidget parent;
    canvas_.setParent(&parent);
    QKeyEvent digit(QEvent::KeyPress, Qt::Key_4, Qt::NoModifier, "4");
    QApplication::sendEvent(&canvas_, &digit);
    EXPECT_FALSE(digit.isAccepted());
    canvas_.setParent(nullptr);
}

TEST_F(GraphCanvasTest, FitAndZoomKeys) {
    show(test::model_of(test::residual_net(300)));
    EXPECT_GT(canvas_.zoom(), 0.4);  // a long graph begins at its top, legible
    EXPECT_TRUE(QRectF(canvas_.viewport()->rect()).contains(canvas_.rectOf(0)));
    QTest::keyClick(&canvas_, Qt::Key_F);
    const QRectF ground(canvas_.viewport()->rect());
    EXPECT_TRUE(ground.contains(canvas_.rectOf(0)));
    EXPECT_TRUE(ground.contains(canvas_.rectOf(300)));
    canvas_.setSelection({120}, 120);
    QTest::keyClick(&canvas_, Qt::Key_F, Qt::ShiftModifier);
    EXPECT_TRUE(ground.contains(canvas_.rectOf(120)));
    EXPECT_GT(canvas_.zoom(), 0.8);
    QTest::keyClick(&canvas_, Qt::Key_0, Qt::ControlModifier);
    EXPECT_DOUBLE_EQ(canvas_.zoom(), 1.0);
}

TEST_F(GraphCanvasTest, DoubleClickZoomsToANode) {
    show(test::model_of(test::residual_net(300)));
    canvas_.setZoom(0.5);
    QTest::mouseDClick(canvas_.viewport(), Qt::LeftButton, {}, middle(4));
    EXPECT_GE(canvas_.zoom(), 1.0);
    EXPECT_LT((canvas_.rectOf(4).center() - QRectF(canvas_.viewport()->rect()).center()).manhattanLength(), 2);
}

TEST_F(GraphCanvasTest, RevealMovesOnlyWhenNeeded) {
    show(test::model_of(test::residual_net(300)));
    const QRectF before = canvas_.rectOf(2);
    canvas_.reveal(2);
    EXPECT_EQ(canvas_.rectOf(2), before);
    canvas_.reveal(250);
    EXPECT_TRUE(QRectF(canvas_.viewport()->rect()).contains(canvas_.rectOf(250)));
}

TEST_F(GraphCanvasTest, RightClickSelectsAndAsksForAMenu) {
    show(diamond());
    QSignalSpy menu(&canvas_, &GraphCanvas::contextMenuRequested);
    QContextMenuEvent event(QContextMenuEvent::Mouse, middle(2), canvas_.viewport()->mapToGlobal(middle(2)));
    QApplication::sendEvent(canvas_.viewport(), &event);
    ASSERT_EQ(menu.size(), 1);
    EXPECT_EQ(menu[0][0].toInt(), 2);
    EXPECT_EQ(nodes_, QVector<int>{2});
}

TEST_F(GraphCanvasTest, AnotherSizeShowsTheGraphAnewUntilSomebodyMoves) {
    show(diamond());
    const auto whole = [&] {
        QApplication::processEvents();
        canvas_.grab();
        const QRectF ground = canvas_.viewport()->rect();
        return ground.contains(canvas_.rectOf(0)) && ground.contains(canvas_.rectOf(3));
    };
    ASSERT_TRUE(whole());
    canvas_.resize(640, 420);
    EXPECT_TRUE(whole()) << "nobody has moved: all of it is in sight again";
    canvas_.setZoom(1.5);
    const double zoom = canvas_.zoom();
    canvas_.resize(700, 600);
    canvas_.grab();
    EXPECT_EQ(canvas_.zoom(), zoom) << "who has moved keeps the scale";
}

TEST_F(GraphCanvasTest, NodesWithoutACardAreHarmless) {
    show(diamond());
    canvas_.setSelection({-1, 99, 2}, 99);
    canvas_.zoomTo(99);
    canvas_.reveal(-5);
    EXPECT_TRUE(canvas_.rectOf(99).isNull());
    EXPECT_FALSE(canvas_.grab().isNull());
}

TEST_F(GraphCanvasTest, TenThousandNodesPaintWithoutStalls) {
    canvas_.resize(1000, 800);
    show(test::model_of(test::transformer_net(10'000)));
    double worst = 0;
    const auto paint = [&](const char* what) {
        QImage image(canvas_.viewport()->size(), QImage::Format_ARGB32_Premultiplied);
        canvas_.viewport()->render(&image);  // words of new cards are made here
        QElapsedTimer timer;
        timer.start();
        canvas_.viewport()->render(&image);
        const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        std::printf("  %-22s zoom %.4f: %.1f ms\n", what, canvas_.zoom(), ms);
        worst = std::max(worst, ms);
    };
    paint("first view");
    canvas_.zoomTo(5000);
    paint("one node");
    for (const double zoom : {2.0, 1.0, 0.62, 0.45, 0.27, 0.12, 0.06, 0.02, 0.005}) {
        canvas_.setZoom(zoom);
        paint("zoom");
    }
    canvas_.fitAll();
    paint("all");
    EXPECT_LT(worst, 250) << "milliseconds for one frame";
}

}  // namespace
}  // namespace vernier::ui
