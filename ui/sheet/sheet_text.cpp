// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sheet/sheet_text.h"

#include <QAbstractTextDocumentLayout>
#include <QFontMetricsF>
#include <QPainter>
#include <QPalette>
#include <QTextDocument>

#include "ui/theme/theme.h"

namespace vernier::ui {

QFont sheetFont(double pixels, bool bold) {
    QFont font = bodyFont();
    font.setPixelSize(qRound(pixels));
    font.setWeight(bold ? QFont::Bold : QFont::Normal);
    return font;
}

double paintRich(QPainter* painter, const QPointF& corner, double width, const QString& html, const Ink& ink) {
    QTextDocument document;
    document.setDocumentMargin(0);
    document.setDefaultFont(ink.font);
    document.setHtml(html);
    document.setTextWidth(width);
    if (painter != nullptr) {
        painter->save();
        painter->translate(corner);
        QAbstractTextDocumentLayout::PaintContext context;
        context.palette.setColor(QPalette::Text, ink.colour);
        document.documentLayout()->draw(painter, context);
        painter->restore();
    }
    return document.size().height();
}

void paintLine(QPainter& painter, const QPointF& begin, double width, const QString& words, const Ink& ink) {
    painter.setFont(ink.font);
    painter.setPen(ink.colour);
    painter.drawText(begin, QFontMetricsF(ink.font).elidedText(words, ink.elide, width));
}

}  // namespace vernier::ui
