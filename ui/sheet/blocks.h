// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include "ui/sheet/sheet.h"

namespace vernier::ui {

/// A line from before (square) to after (dot) for each kind. Gives the height; without a painter only that.
double paintTime(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// The distribution of latency as one curve a model, with their names at the right end.
double paintCurves(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// Two lines a model: its name; its recipe in counts, and what the runtime ran of it. A third where its cold start is known: what that is the sum of.
double paintExecuted(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

/// Right in both, lost, gained, wrong in both; without labels only the share of equal answers.
double paintAnswers(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme);

}  // namespace vernier::ui
