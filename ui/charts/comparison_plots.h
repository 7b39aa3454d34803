// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "core/evidence/figures.h"
#include "ui/charts/interval_chart.h"

namespace vernier::ui {

/// How charts and sheets call a candidate, and its colour.
struct CandidateName {
    QString title;
    QString method;  ///< id of its main method; empty: a file made elsewhere
};

/// A comparison with the names of its candidates, one each, in their order.
struct NamedComparison {
    Comparison comparison;
    std::vector<CandidateName> names;
    int best = -1;                                                                  ///< the candidate that the verdict is about
    CandidateName baseline = {QStringLiteral("Baseline"), QStringLiteral("fp32")};  ///< by what it is: "FP32 baseline"
};

/// Names each candidate by its file, without a method.
[[nodiscard]] NamedComparison namedByFiles(const Comparison& comparison);

/// The chart of a figure: the baseline first, then the candidates. A "~" marks what is not shown to differ from the baseline.
[[nodiscard]] IntervalPlot figurePlot(const NamedComparison& named, const Figure& figure);

/// The charts of a place in their order, with the first figures of the task in front of the other answers; figures of which nothing
/// is known are left out.
[[nodiscard]] std::vector<IntervalPlot> comparisonPlots(const NamedComparison& named, Place place);

/// The distribution of latency as one curve a model; without rows where too few runs were measured to draw one.
[[nodiscard]] IntervalPlot latencyCurvesPlot(const NamedComparison& named);

}  // namespace vernier::ui
