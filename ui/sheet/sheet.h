// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/report/verdict.h"
#include "ui/charts/comparison_plots.h"
#include "ui/charts/picture_file.h"

class QPainter;

namespace vernier::ui {

/// Everything that the comparison sheet says.
struct Sheet {
    NamedComparison named;
    Verdict verdict;       ///< its title is the sheet's, its text stands in the box below
    QString subtitle;      ///< model, recipe in counts, runtime, processor
    QStringList warnings;  ///< what makes the figures less certain
    QStringList footer;    ///< hashes, counts, options, host, version, date
};

/// Width of the sheet in pixels; its height follows from what it says.
inline constexpr double kSheetWidth = 1200;

/// Paints the sheet with its ground; without a painter it only tells the height. Title, verdict, latency, accuracy, size and cold
/// start of each candidate, the distribution of latency, recipes and what ran, where the time went and which answers changed for the best one, footer.
double paintSheet(QPainter* painter, const Sheet& sheet, const Theme& theme);

/// The sheet for files and the clipboard.
[[nodiscard]] Picture sheetPicture(const Sheet& sheet, const Theme& theme = Theme::light());

}  // namespace vernier::ui
