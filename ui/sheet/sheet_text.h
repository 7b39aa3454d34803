// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QString>

class QPainter;
class QRectF;

namespace vernier::ui {

/// The font of the sheet at a size in pixels, the same on every device.
[[nodiscard]] QFont sheetFont(double pixels, bool bold = false);

/// Paints HTML at a place in a width, in one colour, and gives its height. Without a painter it only tells the height.
double paintRich(QPainter* painter, double x, double y, double width, const QString& html, const QFont& font, const QColor& colour);

/// Paints one line with its baseline at y, elided to the width.
void paintLine(QPainter& painter, double x, double baseline, double width, const QString& words, const QFont& font, const QColor& colour,
               Qt::TextElideMode elide = Qt::ElideRight);

}  // namespace vernier::ui
