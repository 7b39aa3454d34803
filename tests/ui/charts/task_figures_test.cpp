// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ui/compared.h"
#include "ui/charts/comparison_plots.h"
#include "ui/charts/task_figures.h"

namespace vernier::ui {
namespace {

using testing::ElementsAre;

/// The simulated comparison, as if its models had drawn boxes.
Comparison detectors() {
    Comparison comparison = test::simulated_comparison();
    const auto set = [](Measurement& measurement, double map) {
        measurement.task = Task::detection;
        measurement.classifies = false;
        measurement.accuracy.reset();
        measurement.metrics = {{"map", MetricValue{map, std::nullopt, 100}}, {"map50", MetricValue{map + 20, std::nullopt, 100}}};
    };
    set(comparison.baseline.measurement, 60);
    for (CandidateComparison& candidate : comparison.candidates) {
        set(candidate.measurement, 55);
        candidate.measurement.metrics["box_agreement"] = MetricValue{93, std::nullopt, 100};
        candidate.changes["map"] = {-5, Interval{-6, -4}};
    }
    return comparison;
}

std::vector<std::string> ids(const std::vector<const Figure*>& figures) {
    std::vector<std::string> all;
    for (const Figure* each : figures) {
        all.emplace_back(each->id);
    }
    return all;
}

TEST(TaskFigures, TheTasksFirstFiguresAndAgreementAreChosen) {
    const Comparison comparison = detectors();
    const TrialViews trials = views_of(comparison);
    EXPECT_THAT(ids(taskFigures(trials, 3)), ElementsAre("map", "map50", "box_agreement"));
    EXPECT_THAT(ids(taskFigures(trials, 2)), ElementsAre("map", "box_agreement"));
    EXPECT_THAT(ids(taskFigures(trials, 1)), ElementsAre("map"));
    EXPECT_TRUE(taskFigures(trials, 0).empty());
    EXPECT_TRUE(taskFigures({}, 3).empty());
}

TEST(TaskFigures, ClassesKeepTheirOwnPlaces) {
    Comparison comparison = test::simulated_comparison();
    comparison.baseline.measurement.task = Task::classification;
    const TrialViews trials = views_of(comparison);
    EXPECT_TRUE(taskFigures(trials, 3).empty());
    EXPECT_EQ(ids(chartsWithTask(in_board_chart, trials, 3)), ids(charts_in(in_board_chart, trials)));
}

TEST(TaskFigures, WhatIsNotMeasuredIsLeftOut) {
    Comparison comparison = detectors();
    comparison.baseline.measurement.metrics.erase("map50");
    const TrialViews trials = views_of(comparison);
    EXPECT_THAT(ids(taskFigures(trials, 3)), ElementsAre("map", "box_agreement"));
}

TEST(TaskFigures, ChartsAndColumnsStandInFrontOfTheOtherAnswers) {
    const NamedComparison named = namedByFiles(detectors());
    QStringList charts;
    for (const IntervalPlot& plot : comparisonPlots(named, in_board_chart)) {
        charts << plot.figure;
    }
    const qsizetype map = charts.indexOf(QStringLiteral("map"));
    ASSERT_GT(map, 0) << charts.join(QLatin1Char(' ')).toStdString();
    EXPECT_EQ(charts.at(0), QStringLiteral("p50"));
    EXPECT_EQ(charts.mid(map, 3), (QStringList{QStringLiteral("map"), QStringLiteral("map50"), QStringLiteral("box_agreement")}));
    const IntervalPlot plot = figurePlot(named, figure("map"));
    EXPECT_EQ(plot.rows[0].value, 60);
    EXPECT_EQ(plot.rows[1].value, 55);
    EXPECT_TRUE(plot.rows[1].text.contains(QStringLiteral("-5"))) << plot.rows[1].text.toStdString();
    const auto columns = ids(columnsWithTask(in_runs, views_of(named.comparison), 1));
    EXPECT_NE(std::find(columns.begin(), columns.end(), "map"), columns.end());
}

}  // namespace
}  // namespace vernier::ui
