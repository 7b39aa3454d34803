// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/place_chart.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace vernier::ui {

namespace {

constexpr double kGap = 12;  ///< between a title and its note

QFont titleFont() {
    QFont font = bodyFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

}  // namespace

double plotTitleHeight() { return QFontMetricsF(titleFont()).height(); }

void paintPlotTitle(QPainter& painter, const QRectF& target, const QString& title, const QString& note, const Theme& theme) {
    const QFontMetricsF titles(titleFont()), notes(labelFont());
    painter.setFont(titleFont());
    painter.setPen(theme.text);
    painter.drawText(QPointF(target.left(), target.top() + titles.ascent()), titles.elidedText(title, Qt::ElideRight, target.width()));
    if (titles.horizontalAdvance(title) + kGap + notes.horizontalAdvance(note) <= target.width()) {
        painter.setFont(labelFont());
        painter.setPen(theme.text2);
        painter.drawText(QPointF(target.right() - notes.horizontalAdvance(note), target.top() + titles.ascent()), note);
    }
}

PlaceChart::PlaceChart(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
}

void PlaceChart::plotChanged(const QString& title, const QString& description) {
    key_ = std::clamp(key_, 0, std::max(0, places() - 1));
    setAccessibleName(title);
    setAccessibleDescription(description);
    update();
}

void PlaceChart::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.window);
    paintPlot(painter, theme);
    if (hasFocus() && places() > 0) {
        painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(frameOf(key_));
    }
}

void PlaceChart::mousePressEvent(QMouseEvent* event) {
    if (const int place = placeAt(event->position()); event->button() == Qt::LeftButton && place >= 0) {
        key_ = place;
        emit placeClicked(place);
    }
}

void PlaceChart::keyPressEvent(QKeyEvent* event) {
    const int last = places() - 1, key = event->key();
    const int step = key == Qt::Key_Right || key == Qt::Key_Down ? 1 : key == Qt::Key_Left || key == Qt::Key_Up ? -1 : 0;
    if (step != 0 && key_ + step >= 0 && key_ + step <= last) {
        key_ += step;
        update();
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Space) && last >= 0) {
        emit placeClicked(key_);
    } else {
        event->ignore();
    }
}

bool PlaceChart::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int place = placeAt(help->pos());
        QToolTip::showText(help->globalPos(), place >= 0 ? tipOf(place) : QString(), this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace vernier::ui
