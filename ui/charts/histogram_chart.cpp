// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/histogram_chart.h"

#include <QAreaSeries>
#include <QChart>
#include <QEvent>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr double kNarrowestTick = 3;  // pixels: closer ticks would be a grey band

/// A chart without frame, legend, title and animation, on the window's ground.
void makePlain(QChartView& view) {
    view.setRenderHint(QPainter::Antialiasing);
    view.setFrameShape(QFrame::NoFrame);
    view.chart()->legend()->hide();
    view.chart()->setBackgroundRoundness(0);
    view.chart()->setMargins({0, 0, 0, 0});
    view.chart()->layout()->setContentsMargins(0, 0, 0, 0);
}

/// Takes series and axes away and sets the theme's ground.
void clear(QChartView& view, const Theme& theme) {
    view.chart()->removeAllSeries();
    for (QAbstractAxis* axis : view.chart()->axes()) {
        view.chart()->removeAxis(axis);
        delete axis;
    }
    view.setBackgroundBrush(theme.window);
    view.chart()->setBackgroundBrush(theme.window);
}

void styleAxis(QAbstractAxis& axis, const Theme& theme) {
    axis.setLabelsFont(labelFont());
    axis.setLabelsColor(theme.text2);
    axis.setLinePen(QPen(theme.line, 1));
    axis.setGridLinePen(QPen(mixed(theme.line, theme.window, 0.6), 1));
}

}  // namespace

HistogramChart::HistogramChart(QWidget* parent) : QChartView(new QChart, parent) {
    makePlain(*this);
    setMinimumHeight(120);
    setAccessibleName(tr("Histogram of the weights"));
    rebuild();
}

void HistogramChart::setHistogram(const Histogram& histogram) {
    histogram_ = histogram;
    rebuild();
}

void HistogramChart::setGrid(std::optional<FormatGrid> grid) {
    grid_ = grid;
    rebuild();
}

void HistogramChart::setLogarithmic(bool on) {
    logarithmic_ = on;
    rebuild();
}

void HistogramChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        rebuild();
    }
}

double HistogramChart::height(std::uint64_t count) const { return logarithmic_ ? std::log10(1.0 + double(count)) : double(count); }

void HistogramChart::rebuild() {
    clear(*this, Theme::current());
    if (histogram_.counts.empty() || !(histogram_.hi > histogram_.lo)) {
        return;
    }
    addArea(true);
    addArea(false);
    addAxes();
    viewport()->update();
}

/// The outline of the bins inside or outside the clip range; the others have height 0 in it.
void HistogramChart::addArea(bool inside) {
    const Theme theme = Theme::current();
    const double width = (histogram_.hi - histogram_.lo) / double(histogram_.counts.size());
    const double clip = grid_ && grid_->clip > 0 ? grid_->clip : HUGE_VAL;
    QList<QPointF> outline;
    for (std::size_t i = 0; i < histogram_.counts.size(); ++i) {
        const double left = histogram_.lo + width * double(i), middle = left + width / 2;
        const double value = (std::fabs(middle) <= clip) == inside ? height(histogram_.counts[i]) : 0;
        outline << QPointF(left, value) << QPointF(left + width, value);
    }
    auto* upper = new QLineSeries(this);
    upper->replace(outline);
    auto* area = new QAreaSeries(upper);
    area->setPen(Qt::NoPen);
    area->setBrush(inside ? theme.accent : theme.method(u"int4"));
    chart()->addSeries(area);
}

void HistogramChart::addAxes() {
    const Theme theme = Theme::current();
    auto* x = new QValueAxis;
    double reach = std::max(std::fabs(histogram_.lo), std::fabs(histogram_.hi));
    if (grid_ && grid_->clip > 0) {
        reach = std::max(reach, std::min(grid_->clip, reach * 1.5));
    }
    x->setRange(-reach, reach);
    x->setTickCount(3);
    x->setLabelFormat(QStringLiteral("%.3g"));
    x->setGridLineVisible(false);
    styleAxis(*x, theme);
    auto* y = new QValueAxis;
    const auto top = *std::max_element(histogram_.counts.begin(), histogram_.counts.end());
    y->setRange(0, std::max(1.0, height(top) * 1.12));
    y->setTickCount(5);
    y->setLabelsVisible(false);
    y->setLineVisible(false);
    styleAxis(*y, theme);
    chart()->addAxis(x, Qt::AlignBottom);
    chart()->addAxis(y, Qt::AlignLeft);
    for (QAbstractSeries* series : chart()->series()) {
        series->attachAxis(x);
        series->attachAxis(y);
    }
}

void HistogramChart::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    if (!grid_ || chart()->series().isEmpty()) {
        return;
    }
    painter->save();
    drawTicks(*painter);
    drawClip(*painter);
    painter->restore();
}

void HistogramChart::drawTicks(QPainter& painter) const {
    const QRectF plot = chart()->plotArea();
    const auto* axis = qobject_cast<QValueAxis*>(chart()->axes(Qt::Horizontal).value(0));
    if (axis == nullptr || grid_->step <= 0) {
        return;
    }
    const double pixels = plot.width() * grid_->step / (axis->max() - axis->min());
    const double every = std::max(1.0, std::ceil(kNarrowestTick / pixels));
    const double reach = std::min(grid_->clip > 0 ? grid_->clip : axis->max(), axis->max());
    painter.setPen(QPen(Theme::current().text2, 1));
    const int count = int(reach / (grid_->step * every));
    for (int i = -count; i <= count; ++i) {
        const double x = chart()->mapToPosition(QPointF(i * every * grid_->step, 0)).x();
        painter.drawLine(QPointF(x, plot.bottom() + 1), QPointF(x, plot.bottom() + 5));
    }
}

void HistogramChart::drawClip(QPainter& painter) const {
    const QRectF plot = chart()->plotArea();
    const Theme theme = Theme::current();
    const auto* axis = qobject_cast<QValueAxis*>(chart()->axes(Qt::Horizontal).value(0));
    if (axis == nullptr || grid_->clip <= 0 || grid_->clip > axis->max() * 1.0001) {
        return;
    }
    const QColor colour = theme.ink(theme.method(u"int4"));
    painter.setFont(labelFont());
    for (const double side : {-1.0, 1.0}) {
        const double x = chart()->mapToPosition(QPointF(side * grid_->clip, 0)).x();
        painter.setPen(QPen(colour, 1, Qt::DashLine));
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const QString text = tr("clip %1").arg(side * grid_->clip, 0, 'g', 3);
        const double width = painter.fontMetrics().horizontalAdvance(text);
        painter.drawText(QPointF(side < 0 ? x + 4 : x - width - 4, plot.top() + painter.fontMetrics().ascent() + 1), text);
    }
}

ChannelChart::ChannelChart(QWidget* parent) : QChartView(new QChart, parent) {
    makePlain(*this);
    setMinimumHeight(120);
    setAccessibleName(tr("Range of each channel"));
    rebuild();
}

void ChannelChart::setRanges(const std::vector<float>& minima, const std::vector<float>& maxima) {
    minima_ = minima;
    maxima_ = maxima;
    rebuild();
}

void ChannelChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        rebuild();
    }
}

void ChannelChart::rebuild() {
    const Theme theme = Theme::current();
    clear(*this, theme);
    if (minima_.empty()) {
        return;
    }
    QList<QPointF> lower, upper;
    for (std::size_t i = 0; i < minima_.size(); ++i) {
        for (const double x : {double(i), double(i + 1)}) {
            lower << QPointF(x, minima_[i]);
            upper << QPointF(x, maxima_[i]);
        }
    }
    auto* top = new QLineSeries(this);
    auto* bottom = new QLineSeries(this);
    top->replace(upper);
    bottom->replace(lower);
    auto* area = new QAreaSeries(top, bottom);
    area->setPen(Qt::NoPen);
    area->setBrush(theme.accent);
    chart()->addSeries(area);
    auto* x = new QValueAxis;
    x->setRange(0, double(minima_.size()));
    x->setTickCount(2);
    x->setLabelFormat(QStringLiteral("%.0f"));
    x->setTitleText(tr("channel"));
    x->setTitleFont(labelFont());
    x->setTitleBrush(theme.text2);
    auto* y = new QValueAxis;
    const double reach = std::max(
        1e-12, double(std::max(std::fabs(*std::min_element(minima_.begin(), minima_.end())), std::fabs(*std::max_element(maxima_.begin(), maxima_.end())))));
    y->setRange(-reach, reach);
    y->setTickCount(3);
    y->setLabelFormat(QStringLiteral("%.3g"));
    for (QValueAxis* axis : {x, y}) {
        styleAxis(*axis, theme);
    }
    chart()->addAxis(x, Qt::AlignBottom);
    chart()->addAxis(y, Qt::AlignLeft);
    area->attachAxis(x);
    area->attachAxis(y);
}

}  // namespace vernier::ui
