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

namespace vernier::ui {
namespace {

/// x -> Relu(0) -> Sigmoid(1) and Tanh(2) -> Add(3) -> y
ModelPtr diamond() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"a"}, {}, "first");
    b.node("Sigmoid", {"a"}, {"b"}, {}, "left");
    b.node("Tanh", {"a"}, {"c"}, {}, "right");
    b.node("Add", {"b", "c"}, {"y"}, {}, "sum");
    b.output("y", ElementType::float32, {1, 4});
    return make_model(b.build());
}

class GraphCanvasTest : public testing::Test {
protected:
    void SetUp() override {
        canvas_.setMotion(false);
        canvas_.resize(700, 600);
        QObject::connect(&canvas_, &GraphCanvas::selectionRequested, [this](const QVector<int>& nodes, int current) {
            nodes_ = nodes;
            current_ = current;
            canvas_.setSelection(nodes, current);
        });
    }
    void show(const ModelPtr& model) {
        canvas_.setModel(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
        canvas_.show();
        QApplication::processEvents();
        canvas_.grab();
    }
    [[nodiscard]] QPoint middle(int node) const { return canvas_.rectOf(node).center().toPoint(); }
    void click(QPoint where, Qt::KeyboardModifiers modifiers = {}, Qt::MouseButton button = Qt::LeftButton) {
        QTest::mouseClick(canvas_.viewport(), button, modifiers, where);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(canvas_.viewport(), Qt::LeftButton, modifiers, from);
        QTest::mouseMove(canvas_.viewport(), (from + to) / 2);
        QTest::mouseMove(canvas_.viewport(), to);
        QTest::mouseRelease(canvas_.viewport(), Qt::LeftButton, modifiers, to);
    }

    GraphCanvas canvas_;
    QVector<int> nodes_;
    int current_ = -2;
};

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

TEST_F(GraphCanvasTest, LegendLineSelectsItsNodes) {
    show(diamond());
    const Theme theme = Theme::light();
    std::vector<CardMethod> methods(4, CardMethod{"F32", theme.method(u"fp32"), false, "", "FP32"});
    methods[3] = {"S8", theme.method(u"int8-static"), true, "", "INT8 static"};
    canvas_.setMethods(methods);
    canvas_.grab();  // the lines know their places once painted
    for (int y = 20; y < 80 && nodes_ != QVector<int>{3}; y += 4) {
        click({40, y});
        if (QWidget* popup = QApplication::activePopupWidget()) {
            popup->close();
        }
    }
    EXPECT_EQ(nodes_, QVector<int>{3});
}

TEST_F(GraphCanvasTest, CardsShowTheirMethodAndTheirFilter) {
    show(diamond());
    canvas_.setZoom(1);
    const QColor green = Theme::light().method(u"int8-static");
    canvas_.setMethods(std::vector<CardMethod>(4, CardMethod{"S8", green, true, "", "INT8 static"}));
    const auto bar = [&](int node) {
        const QRectF rect = canvas_.rectOf(node);
        return canvas_.grab().toImage().pixelColor(static_cast<int>(rect.left()) + 3, static_cast<int>(rect.center().y()));
    };
    EXPECT_EQ(bar(1), green);
    canvas_.setDimmed({false, true, false, false});
    EXPECT_NE(bar(1), green);
    EXPECT_EQ(bar(2), green);
    canvas_.setDimmed({});
    EXPECT_EQ(bar(1), green);
    QSignalSpy changed(&canvas_, &GraphCanvas::colourModeChanged);
    canvas_.setColourMode(ColourMode::OpCategory);
    EXPECT_EQ(changed.size(), 1);
    EXPECT_EQ(bar(3), Theme::light().category(opCategory(u"Add")));
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

TEST_F(GraphCanvasTest, NamesOfTwoOutputsOfOneCardStandBesideEachOther) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {2, 4}).initializer("s", std::vector<std::int64_t>{1, 1}, {2});
    b.node("Split", {"x", "s"}, {"low", "high"}, {}, "split");
    b.output("low", ElementType::float32, {1, 4}).output("high", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    const Scene scene(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
    EXPECT_EQ(scene.text(0).outTags, QStringLiteral("low 4, high 4"));
    EXPECT_TRUE(scene.text(0).tags.startsWith(QStringLiteral("x 2×4"))) << scene.text(0).tags.toStdString();
}

TEST_F(GraphCanvasTest, CardsShowTheSizesThatAreGiven) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, "height"}).node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {"N", 3, "height"});
    const ModelPtr model = make_model(b.build());
    show(model);
    SizeChoices choices;
    choices.dims["height"] = 640;
    const ModelPtr sized = with_sizes(model, input_sizes(*model, choices));
    EXPECT_EQ(shapeText(*model, model->node(0).outputs[0]), QStringLiteral("3×H")) << "what is only assumed is not shown";
    EXPECT_EQ(shapeText(*sized, sized->node(0).outputs[0]), QStringLiteral("3×640"));
    canvas_.setSizes(sized);
    EXPECT_FALSE(canvas_.grab().isNull());
}

TEST_F(GraphCanvasTest, AFigureColoursCardsOnAScaleAndStandsOnThemInWords) {
    show(diamond());
    canvas_.setZoom(1);
    const Theme theme = Theme::light();
    const auto bar = [&](int node) {
        const QRectF rect = canvas_.rectOf(node);
        return canvas_.grab().toImage().pixelColor(static_cast<int>(rect.left()) + 3, static_cast<int>(rect.center().y()));
    };
    EXPECT_FALSE(canvas_.hasColourMode(ColourMode::Error));
    CardFigures figures;
    figures.title = "error alone";
    figures.note = "of all";
    figures.values = {0.5, 0.5, std::numeric_limits<double>::quiet_NaN(), 0.25};
    figures.owners = {0, 0, -1, 1};
    figures.words = [](double share) { return QString::number(share * 100) + QStringLiteral(" %"); };
    canvas_.setFigures(ColourMode::Error, figures);
    const QImage before = canvas_.grab().toImage();
    EXPECT_EQ(canvas_.colourMode(), ColourMode::Method);
    canvas_.nextColourMode();
    EXPECT_EQ(canvas_.colourMode(), ColourMode::Error);
    EXPECT_EQ(bar(0), theme.ramp(1));
    EXPECT_EQ(bar(1), theme.ramp(1));
    EXPECT_EQ(bar(2), theme.line) << "not known";
    EXPECT_EQ(bar(3), theme.ramp(0.5));
    // Never by colour alone: the words of the card are on it, and those of a card without a figure are not.
    const auto pill = [&](int node) {
        const QRectF rect = canvas_.rectOf(node);
        const QImage image = canvas_.grab().toImage();
        return image.pixelColor(static_cast<int>(rect.right()) - 11, static_cast<int>(rect.top()) + 12);
    };
    EXPECT_EQ(pill(0), theme.ramp(1));
    EXPECT_EQ(pill(2), theme.card);
    canvas_.setFigures(ColourMode::Error, std::nullopt);
    EXPECT_EQ(canvas_.colourMode(), ColourMode::Method) << "what is not known any more cannot be shown";
}

TEST_F(GraphCanvasTest, ModesHaveNamesThatLeadBack) {
    for (const ColourMode mode : {ColourMode::Method, ColourMode::Executed, ColourMode::Time, ColourMode::Error, ColourMode::Size, ColourMode::OpCategory}) {
        EXPECT_EQ(colourModeFrom(QLatin1String(name(mode))), mode);
    }
    EXPECT_FALSE(colourModeFrom(QStringLiteral("rainbow")).has_value());
}

TEST_F(GraphCanvasTest, ColoursByWhatIsRunOnlyWhereThatIsKnown) {
    show(diamond());
    canvas_.setZoom(1);
    const Theme theme = Theme::light();
    std::vector<CardMethod> methods(4, CardMethod{"S8", theme.method(u"int8-static"), false, "", "INT8 static"});
    canvas_.setMethods(methods);
    canvas_.nextColourMode();
    EXPECT_EQ(canvas_.colourMode(), ColourMode::OpCategory) << "there is no run yet";
    canvas_.nextColourMode();
    for (CardMethod& method : methods) {
        method.runs = "INT8";
        method.runsColour = theme.method(u"int8-static");
    }
    methods[1].runs = "float";
    methods[1].runsColour = theme.method(u"fp32");
    methods[1].runsOtherwise = true;
    canvas_.setMethods(methods);
    canvas_.nextColourMode();
    EXPECT_EQ(canvas_.colourMode(), ColourMode::Executed);
    const auto bar = [&](int node) {
        const QRectF rect = canvas_.rectOf(node);
        return canvas_.grab().toImage().pixelColor(static_cast<int>(rect.left()) + 3, static_cast<int>(rect.center().y()));
    };
    EXPECT_EQ(bar(0), theme.method(u"int8-static"));
    EXPECT_EQ(bar(1), theme.method(u"fp32"));
    // Lines of the legend: its title, INT8, float, and once more what runs otherwise.
    const int line = QFontMetrics(labelFont()).height() + 8;
    click({30, 12 + 3 * line + line / 2});
    EXPECT_EQ(nodes_, QVector<int>{1});
}

TEST_F(GraphCanvasTest, FollowsLightAndDark) {
    show(diamond());
    EXPECT_EQ(canvas_.grab().toImage().pixelColor(650, 20), Theme::light().canvas);
    applyTheme(*qApp, true);
    QApplication::processEvents();
    EXPECT_EQ(canvas_.grab().toImage().pixelColor(650, 20), Theme::night().canvas);
    applyTheme(*qApp, false);
    QApplication::processEvents();
}

TEST_F(GraphCanvasTest, NodesWithoutACardAreHarmless) {
    show(diamond());
    canvas_.setSelection({-1, 99, 2}, 99);
    canvas_.zoomTo(99);
    canvas_.reveal(-5);
    EXPECT_TRUE(canvas_.rectOf(99).isNull());
    EXPECT_FALSE(canvas_.grab().isNull());
}

TEST_F(GraphCanvasTest, OddNamesAndShapesStayOneShortLine) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, test::Axes(40, test::Axis(1)));
    b.node("Relu", {"x"}, {std::string(100'000, 'y')}, {}, std::string(50'000, 'n') + "\n<b>\t" + std::string(50'000, 'm'));
    b.output(std::string(100'000, 'y'), ElementType::float32, test::Axes(40, test::Axis(1)));
    const ModelPtr model = make_model(b.build());
    const Scene scene(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
    const CardText& text = scene.text(0);
    for (const QString& words : {text.title, text.label, text.shape, text.tags, scene.valueText(model->node(0).outputs[0])}) {
        EXPECT_LT(words.size(), 250);
        EXPECT_FALSE(words.contains('\n'));
    }
    show(model);
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
