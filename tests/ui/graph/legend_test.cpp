// SPDX-License-Identifier: GPL-3.0-or-later
// What the legend lists for each colour mode, and which nodes stand behind a line.
#include "ui/graph/legend.h"

#include <QImage>
#include <QPainter>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "tests/ui/graph/canvas_fixture.h"
#include "ui/graph/scene.h"

namespace vernier::ui {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

class LegendTest : public ::testing::Test {
protected:
    LegendTest() { look_.theme = Theme::light(); }

    /// The nodes of each line from top to bottom, found by looking where the mouse would meet a line.
    [[nodiscard]] std::vector<std::vector<NodeId>> lines() {
        legend_.rebuild(&scene_, look_);
        QImage picture(600, 600, QImage::Format_ARGB32);
        QPainter painter(&picture);
        legend_.paint(painter, look_);
        std::vector<std::vector<NodeId>> found;
        int last = -1;
        const QRectF area = legend_.area(look_);
        for (double y = area.top(); y < area.bottom(); y += 1) {
            const Legend::Hit hit = legend_.hit({area.center().x(), y});
            if (hit.part == Legend::Part::Line && hit.line != last) {
                std::vector<NodeId> nodes = legend_.nodesOf(hit.line);
                std::sort(nodes.begin(), nodes.end());
                found.push_back(std::move(nodes));
                last = hit.line;
            }
        }
        return found;
    }

    ModelPtr model_ = diamond();
    Scene scene_{model_, std::make_shared<const GraphLayout>(layout_graph(*model_))};
    Look look_;
    Legend legend_;
};

using Lines = std::vector<std::vector<NodeId>>;

TEST_F(LegendTest, MethodsStandInTheirOwnOrderWithTheirNodes) {
    const CardMethod fp32{"F32", look_.theme.method(u"fp32"), false, "", "FP32"}, integer{"S8", look_.theme.method(u"int8-static"), true, "", "INT8 static"};
    look_.methods = {integer, fp32, integer, integer};
    EXPECT_EQ(lines(), (Lines{{1}, {0, 2, 3}})) << "FP32 comes before INT8, however few nodes it has";
    EXPECT_EQ(legend_.hit(legend_.titleRect().center()).part, Legend::Part::Title);
}

TEST_F(LegendTest, WhatRunsOtherwiseHasALineOfItsOwn) {
    CardMethod integer{"S8", look_.theme.method(u"int8-static"), false, "", "INT8 static"};
    look_.methods.assign(4, integer);
    look_.methods[2].runsOtherwise = true;
    EXPECT_EQ(lines(), (Lines{{0, 1, 2, 3}, {2}}));
}

TEST_F(LegendTest, RunsAreListedByHowManyThereAre) {
    CardMethod method{"S8", look_.theme.method(u"int8-static"), false, "", "INT8 static"};
    method.runs = QStringLiteral("INT8");
    look_.methods.assign(4, method);
    look_.methods[0].runs = QStringLiteral("float");
    look_.mode = ColourMode::Executed;
    EXPECT_EQ(lines(), (Lines{{1, 2, 3}, {0}}));
}

TEST_F(LegendTest, CategoriesWithoutNodesAreLeftOut) {
    look_.mode = ColourMode::OpCategory;
    EXPECT_EQ(lines(), (Lines{{0, 1, 2}, {3}})) << "three activations and an Add";
}

TEST_F(LegendTest, AFigureHasAScaleAndNoLines) {
    look_.mode = ColourMode::Size;
    EXPECT_TRUE(lines().empty());
    const double without = legend_.area(look_).height();
    look_.figures[ColourMode::Size] = {
        QStringLiteral("size of the weights"), QStringLiteral("of the file"), {1, 2, kUnknown, 4}, {}, [](double value) { return QString::number(value); }};
    look_.weigh(scene_);
    EXPECT_EQ(look_.most, 4);
    EXPECT_TRUE(lines().empty());
    EXPECT_GT(legend_.area(look_).height(), without) << "a bar with its numbers";
}

TEST_F(LegendTest, WithoutAModelThereIsNothingToHit) {
    legend_.rebuild(nullptr, look_);
    EXPECT_EQ(legend_.hit({20, 20}).part, Legend::Part::None);
}

}  // namespace
}  // namespace vernier::ui
