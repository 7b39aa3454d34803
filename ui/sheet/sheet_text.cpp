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

double paintRich(QPainter* painter, double x, double y, double width, const QString& html, const QFont& font, const QColor& colour) {
    QTextDocument document;
    document.setDocumentMargin(0);
    document.setDefaultFont(font);
    document.setHtml(html);
    document.setTextWidth(width);
    if (painter != nullptr) {
        painter->save();
        painter->translate(x, y);
        QAbstractTextDocumentLayout::PaintContext context;
        context.palette.setColor(QPalette::Text, colour);
        document.documentLayout()->draw(painter, context);
        painter->restore();
    }
    return document.size().height();
}

void paintLine(QPainter& painter, double x, double baseline, double width, const QString& words, const QFont& font, const QColor& colour,
               Qt::TextElideMode elide) {
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(QPointF(x, baseline), QFontMetricsF(font).elidedText(words, elide, width));
}

}  // namespace vernier::ui
