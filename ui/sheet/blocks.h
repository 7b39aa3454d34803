// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include <vector>

#include "core/report/time_by_kind.h"
#include "ui/sheet/sheet.h"

namespace vernier::ui {

/// Time by kind of operator before and after, the biggest change first; what is counted as "Other" stands last.
[[nodiscard]] std::vector<KindTime> changesOfTime(const Measurement& before, const Measurement& after, std::size_t most = 7);

/// Profiled time as shares of the measured latency, where the two differ by more than a quarter: profiling slows small
/// operators, and other work may have run meanwhile. profiled is how many times as long the profiled runs took.
struct ScaledTime {
    std::vector<KindTime> kinds;
    bool scaled = false;
    double profiledBefore = 1, profiledAfter = 1;
};
[[nodiscard]] ScaledTime scaledTime(const Measurement& before, const Measurement& after, std::size_t most = 7);

/// A line from before (square) to after (dot) for each kind. Gives the height; without a painter only that.
double paintTime(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// The distribution of latency as one curve a model, with their names at the right end.
double paintCurves(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// Two lines a model: its name; its recipe in counts, and what the runtime ran of it.
double paintExecuted(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// Right in both, lost, gained, wrong in both; without labels only the share of equal answers.
double paintAnswers(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

}  // namespace vernier::ui
