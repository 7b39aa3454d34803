// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/legend_scale.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>

#include <algorithm>

#include "ui/graph/scene_painter.h"

namespace vernier::ui {

namespace {

constexpr double kWidth = 150, kHeight = 10, kGap = 3;

}  // namespace

void LegendScale::take(const Look& look) {
    numbers_.clear();
    notes_.clear();
    const CardFigures* figures = look.shownFigures();
    if (figures == nullptr) {
        return;
    }
    notes_ = figures->note.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    if (figures->words != nullptr && look.most > 0) {
        numbers_ = {figures->words(0), figures->words(look.most / 2), figures->words(look.most)};
    }
}

QSizeF LegendScale::size() const {
    if (numbers_.isEmpty() && notes_.isEmpty()) {
        return {};
    }
    const QFontMetricsF metrics(labelFont());
    double width = kWidth;
    for (const QString& note : notes_) {
        width = std::max(width, metrics.horizontalAdvance(note));
    }
    const double scale = numbers_.isEmpty() ? 0 : kHeight + kGap + metrics.height();
    return {width, scale + metrics.height() * static_cast<double>(notes_.size()) + kGap};
}

void LegendScale::paint(QPainter& painter, QPointF corner, const Look& look) const {
    const QFontMetricsF metrics(labelFont());
    painter.setFont(labelFont());
    double y = corner.y();
    if (!numbers_.isEmpty()) {
        const QRectF bar(corner, QSizeF(kWidth, kHeight));
        QLinearGradient gradient(bar.topLeft(), bar.topRight());
        for (const double at : {0.0, 0.25, 0.5, 0.75, 1.0}) {
            gradient.setColorAt(at, look.theme.ramp(at));
        }
        painter.setPen(QPen(look.theme.line, 1));
        painter.setBrush(gradient);
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setPen(look.theme.text2);
        const QRectF words(bar.left(), bar.bottom() + kGap, bar.width(), metrics.height());
        painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter, numbers_[0]);
        painter.drawText(words, Qt::AlignHCenter | Qt::AlignVCenter, numbers_[1]);
        painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, numbers_[2]);
        y = words.bottom();
    }
    painter.setPen(look.theme.text2);
    for (const QString& note : notes_) {
        painter.drawText(QPointF(corner.x(), y + metrics.ascent()), note);
        y += metrics.height();
    }
}

}  // namespace vernier::ui
