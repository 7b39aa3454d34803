// SPDX-License-Identifier: GPL-3.0-or-later
// What stands on the cards and in which colours.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <QApplication>
#include <QImage>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>
#include <optional>

#include "core/layout/grouping.h"
#include "core/layout/layout.h"
#include "core/model/sizes.h"
#include "tests/layout/nets.h"
#include "tests/support/model_builder.h"
#include "tests/ui/graph/canvas_fixture.h"
#include "ui/graph/graph_canvas.h"

namespace vernier::ui {
namespace {

using CanvasLooksTest = GraphCanvasTest;

TEST_F(CanvasLooksTest, LegendLineSelectsItsNodes) {
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

TEST_F(CanvasLooksTest, CardsShowTheirMethodAndTheirFilter) {
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

TEST_F(CanvasLooksTest, NamesOfTwoOutputsOfOneCardStandBesideEachOther) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {2, 4}).initializer("s", std::vector<std::int64_t>{1, 1}, {2});
    b.node("Split", {"x", "s"}, {"low", "high"}, {}, "split");
    b.output("low", ElementType::float32, {1, 4}).output("high", ElementType::float32, {1, 4});
    const ModelPtr model = make_model(b.build());
    const Scene scene(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
    EXPECT_EQ(scene.text(0).outTags, QStringLiteral("low 4, high 4"));
    EXPECT_TRUE(scene.text(0).tags.startsWith(QStringLiteral("x 2×4"))) << scene.text(0).tags.toStdString();
}

TEST_F(CanvasLooksTest, CardsShowTheSizesThatAreGiven) {
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

TEST_F(CanvasLooksTest, WhereAShapeSaysNothingItHasTheAssumedSize) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, "p2o.DynamicDimension.1", "width"});
    b.node("Relu", {"x"}, {"y"}).output("y", ElementType::float32, {"N", 3, "p2o.DynamicDimension.1", "width"});
    const ModelPtr model = make_model(b.build());
    // Pixels are taken as 224 where nothing says better; a name that can be read is left.
    EXPECT_EQ(shapeText(*model, model->node(0).outputs[0]), QStringLiteral("3×~224×W"));
}

TEST_F(CanvasLooksTest, FollowersHaveShortNamesBeforeTheyAreCounted) {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4, 8, 8}).initializer("w", std::vector<float>(36, 1.0F), {4, 1, 3, 3});
    for (const char* name : {"s", "m", "b", "v"}) {
        b.initializer(name, std::vector<float>(4, 1.0F), {4});
    }
    b.node("Conv", {"x", "w"}, {"c"}).node("BatchNormalization", {"c", "s", "b", "m", "v"}, {"n"}).node("Relu", {"n"}, {"y"});
    b.output("y", ElementType::float32, {1, 4, 6, 6});
    const ModelPtr model = make_model(b.build());
    const Scene scene(model, std::make_shared<const GraphLayout>(layout_graph(*model, group_nodes(*model))));
    EXPECT_EQ(scene.text(0).more, QStringLiteral(" + BatchNorm + Relu"));
    EXPECT_EQ(scene.text(0).leastMore, QStringLiteral(" +BN+Relu"));
}

TEST_F(CanvasLooksTest, AFigureColoursCardsOnAScaleAndStandsOnThemInWords) {
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

TEST_F(CanvasLooksTest, ModesHaveNamesThatLeadBack) {
    for (const ColourMode mode : {ColourMode::Method, ColourMode::Executed, ColourMode::Time, ColourMode::Error, ColourMode::Size, ColourMode::OpCategory}) {
        EXPECT_EQ(colourModeFrom(QLatin1String(name(mode))), mode);
    }
    EXPECT_FALSE(colourModeFrom(QStringLiteral("rainbow")).has_value());
}

TEST_F(CanvasLooksTest, ColoursByWhatIsRunOnlyWhereThatIsKnown) {
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

TEST_F(CanvasLooksTest, FollowsLightAndDark) {
    show(diamond());
    EXPECT_EQ(canvas_.grab().toImage().pixelColor(650, 20), Theme::light().canvas);
    applyTheme(*qApp, true);
    QApplication::processEvents();
    EXPECT_EQ(canvas_.grab().toImage().pixelColor(650, 20), Theme::night().canvas);
    applyTheme(*qApp, false);
    QApplication::processEvents();
}

TEST_F(CanvasLooksTest, OddNamesAndShapesStayOneShortLine) {
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

}  // namespace
}  // namespace vernier::ui
