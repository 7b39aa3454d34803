// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPointF>
#include <QString>

class QPainter;

namespace vernier::ui {

/// The font of the sheet at a size in pixels, the same on every device.
[[nodiscard]] QFont sheetFont(double pixels, bool bold = false);

/// How words are written.
struct Ink {
    QFont font;
    QColor colour;
    Qt::TextElideMode elide = Qt::ElideRight;
};

/// Paints HTML with its corner at a place, in a width, and gives its height. Without a painter it only tells the height.
double paintRich(QPainter* painter, const QPointF& corner, double width, const QString& html, const Ink& ink);

/// Paints one line whose baseline begins at a place, elided to the width.
void paintLine(QPainter& painter, const QPointF& begin, double width, const QString& words, const Ink& ink);

}  // namespace vernier::ui
