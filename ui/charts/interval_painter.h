// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QChart>
#include <QFont>

#include "ui/charts/interval_chart.h"

class QPainter;

namespace vernier::ui {

constexpr double kIntervalGap = 12;  ///< between the columns of a row, pixels

/// Fonts of a plot: its title and labels, the same in bold, and the numbers at the right end.
[[nodiscard]] QFont intervalFont(bool dense = false);
[[nodiscard]] QFont boldFont(QFont font);
[[nodiscard]] QFont numberFont(bool best);

/// A chart without legend, ground and margins.
void makePlain(QChart& chart);
/// Series and axes of a plot, and where they lie.
void fillIntervals(QChart& chart, const IntervalPlot& plot, const Theme& theme, const IntervalLayout& layout);
/// Title, note and the texts of both columns.
void paintIntervalTexts(QPainter& painter, const IntervalPlot& plot, const Theme& theme, double width);

}  // namespace vernier::ui
