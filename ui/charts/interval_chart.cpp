// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/interval_chart.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/charts/interval_painter.h"

namespace vernier::ui {

IntervalChart::IntervalChart(QWidget* parent) : QChartView(new QChart, parent) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    makePlain(*chart());
}

void IntervalChart::setPlot(const IntervalPlot& plot) {
    plot_ = plot;
    keyRow_ = std::clamp(keyRow_, 0, std::max(0, int(plot.rows.size()) - 1));
    setAccessibleName(plot.title);
    QStringList words;
    for (const IntervalRow& row : plot.rows) {
        words << QStringLiteral("%1: %2").arg(row.label, row.text.simplified());
    }
    setAccessibleDescription(words.join(QStringLiteral("; ")));
    updateGeometry();
    rebuild();
}

void IntervalChart::setDense(bool dense) {
    if (plot_.dense != dense) {
        plot_.dense = dense;
        updateGeometry();
        rebuild();
    }
}

QSize IntervalChart::sizeHint() const { return {360, int(layoutOf(plot_, 360).height)}; }

QSize IntervalChart::minimumSizeHint() const { return {240, int(layoutOf(plot_, 240).height)}; }

int IntervalChart::rowAt(const QPoint& position) const {
    const IntervalLayout layout = layoutOf(plot_, width());
    const int row = int(std::floor((position.y() - layout.top) / layout.row));
    return row >= 0 && row < int(plot_.rows.size()) ? row : -1;
}

void IntervalChart::rebuild() {
    const Theme theme = Theme::current();
    setBackgroundBrush(theme.window);
    fillIntervals(*chart(), plot_, theme, layoutOf(plot_, width()));
    viewport()->update();
}

void IntervalChart::setMarked(const QVector<int>& rows) {
    if (marked_ != rows) {
        marked_ = rows;
        resetCachedContent();  // the ground may be kept
        viewport()->update();
    }
}

void IntervalChart::drawBackground(QPainter* painter, const QRectF& rect) {
    QChartView::drawBackground(painter, rect);
    const Theme theme = Theme::current();
    const IntervalLayout layout = layoutOf(plot_, width());
    const auto band = [&](int row) { return QRectF(0, layout.top + row * layout.row, width(), layout.row); };
    for (const int row : marked_) {
        painter->fillRect(band(row), theme.accentSoft);
    }
    if (hasFocus() && !plot_.rows.empty()) {
        painter->setPen(QPen(theme.accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(band(keyRow_).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void IntervalChart::keyPressEvent(QKeyEvent* event) {
    const int last = int(plot_.rows.size()) - 1;
    const int step = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (step != 0 && keyRow_ + step >= 0 && keyRow_ + step <= last) {
        keyRow_ += step;
        resetCachedContent();
        viewport()->update();
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space) && last >= 0) {
        emit rowClicked(keyRow_);
    } else {
        event->ignore();
    }
}

void IntervalChart::focusInEvent(QFocusEvent* event) {
    QChartView::focusInEvent(event);
    resetCachedContent();
    viewport()->update();
}

void IntervalChart::focusOutEvent(QFocusEvent* event) {
    QChartView::focusOutEvent(event);
    resetCachedContent();
    viewport()->update();
}

void IntervalChart::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    paintIntervalTexts(*painter, plot_, Theme::current(), width());
}

void IntervalChart::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    rebuild();
}

void IntervalChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        rebuild();
    }
}

void IntervalChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rowAt(event->pos()) >= 0) {
        keyRow_ = rowAt(event->pos());
        emit rowClicked(keyRow_);
        return;
    }
    QChartView::mousePressEvent(event);
}

bool IntervalChart::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int row = rowAt(help->pos());
        QToolTip::showText(help->globalPos(), row >= 0 ? plot_.rows[std::size_t(row)].tip : QString(), this);
        return true;
    }
    return QChartView::viewportEvent(event);
}

}  // namespace vernier::ui
