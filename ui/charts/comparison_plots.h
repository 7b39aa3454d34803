// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "core/measure/compare.h"
#include "ui/charts/interval_chart.h"

namespace vernier::ui {

/// How charts and sheets call a candidate, and its colour.
struct CandidateName {
    QString title;
    QString method;   ///< id of its main method; empty: a file made elsewhere
};

/// A comparison with the names of its candidates, one each, in their order.
struct NamedComparison {
    Comparison comparison;
    std::vector<CandidateName> names;
    int best = -1;    ///< the candidate that the verdict is about
};

/// Names each candidate by its file, without a method.
[[nodiscard]] NamedComparison namedByFiles(const Comparison& comparison);

/// The baseline first, then the candidates. A "~" marks what is not shown to differ from the baseline.
[[nodiscard]] IntervalPlot latencyPlot(const NamedComparison& named);
[[nodiscard]] IntervalPlot tailPlot(const NamedComparison& named);
/// Top-1 where there are labels, otherwise the share of answers as the baseline's. No rows without samples.
[[nodiscard]] IntervalPlot answersPlot(const NamedComparison& named);
[[nodiscard]] IntervalPlot sizePlot(const NamedComparison& named);
/// Single runs with cold caches; without rows where they were not measured.
[[nodiscard]] IntervalPlot afterPausePlot(const NamedComparison& named);
[[nodiscard]] IntervalPlot coldStartPlot(const NamedComparison& named);

}  // namespace vernier::ui
