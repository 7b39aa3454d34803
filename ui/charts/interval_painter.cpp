// SPDX-License-Identifier: GPL-3.0-or-later
// How a dot-and-interval chart is painted, on the screen and into files.
#include "ui/charts/interval_painter.h"

#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QLineSeries>
#include <QPainter>
#include <QScatterSeries>
#include <QValueAxis>

#include <algorithm>

namespace vernier::ui {

namespace {

constexpr double kEdge = 9;  ///< pixels beside the outermost dots, so that none is cut
constexpr double kDot = 10, kBestDot = 12;
constexpr double kLegend = 12;  ///< end of a curve's mark behind its name

QColor colourOf(const IntervalRow& row, const Theme& theme) {
    return !row.method.isEmpty() ? theme.method(row.method) : row.baseline ? theme.method(u"fp32") : theme.accent;
}

void addAxes(QChart& chart, const IntervalPlot& plot, double width, double rows) {
    const IntervalAxis range = axisOf(plot);
    // The dots at both ends keep their distance from the edge at every width.
    const double edge = (range.hi - range.lo) * kEdge / std::max(1.0, width - 2 * kEdge);
    auto* x = new QValueAxis(&chart);
    x->setRange(range.lo - edge, range.hi + edge);
    auto* y = new QValueAxis(&chart);
    y->setRange(0, std::max(1.0, rows));
    y->setReverse(!plot.distribution);  // rows from above, shares from below
    for (QValueAxis* axis : {x, y}) {
        axis->setVisible(false);
    }
    chart.addAxis(x, Qt::AlignBottom);
    chart.addAxis(y, Qt::AlignLeft);
    for (QAbstractSeries* series : chart.series()) {
        series->attachAxis(x);
        series->attachAxis(y);
    }
}

void addLine(QChart& chart, const QPointF& from, const QPointF& to, const QPen& pen) {
    auto* line = new QLineSeries(&chart);
    line->append(from);
    line->append(to);
    line->setPen(pen);
    chart.addSeries(line);
}

/// Of a row's curve and its mark in the legend: rows of one colour differ by their dashes.
QPen curvePen(const IntervalPlot& plot, std::size_t row, const Theme& theme) {
    const QColor colour = colourOf(plot.rows[row], theme);
    const auto before =
        std::count_if(plot.rows.begin(), plot.rows.begin() + std::ptrdiff_t(row), [&](const IntervalRow& other) { return colourOf(other, theme) == colour; });
    const Qt::PenStyle styles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    return QPen(colour, plot.rows[row].best ? 2.4 : 1.6, styles[before % 4]);
}

/// From the bottom, where no run is as fast, to the top.
void addCurves(QChart& chart, const IntervalPlot& plot, const Theme& theme, double rows) {
    for (const double share : {0.0, 0.5, 1.0}) {
        addLine(chart, {plot.distribution->lo, rows * share}, {plot.distribution->hi, rows * share}, QPen(theme.line, 1));
    }
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        auto* line = new QLineSeries(&chart);
        for (const QPointF& point : plot.rows[i].curve) {
            line->append(point.x(), rows * point.y());
        }
        line->setPen(curvePen(plot, i, theme));
        chart.addSeries(line);
    }
}

/// A square or a dot.
struct Marker {
    bool square = false;
    double size = kDot;
    QColor colour;
};

void addMarker(QChart& chart, const QPointF& at, const Marker& marker) {
    auto* dot = new QScatterSeries(&chart);
    dot->append(at);
    dot->setMarkerShape(marker.square ? QScatterSeries::MarkerShapeRectangle : QScatterSeries::MarkerShapeCircle);
    dot->setMarkerSize(marker.size);
    dot->setColor(marker.colour);
    dot->setPen(Qt::NoPen);
    chart.addSeries(dot);
}

void addRow(QChart& chart, const IntervalRow& row, double y, const Theme& theme) {
    const QColor colour = colourOf(row, theme);
    if (row.hi > row.lo) {
        addLine(chart, {row.lo, y}, {row.hi, y}, QPen(colour, 2.6, Qt::SolidLine, Qt::FlatCap));
    }
    if (row.before && row.known) {
        addLine(chart, {*row.before, y}, {row.value, y}, QPen(theme.line, 4, Qt::SolidLine, Qt::FlatCap));
    }
    if (row.before) {
        addMarker(chart, {*row.before, y}, {true, kDot - 1, theme.method(u"fp32")});
    }
    if (row.known) {
        addMarker(chart, {row.value, y}, {row.baseline, row.best ? kBestDot : kDot, colour});
    }
}

}  // namespace

void fillIntervals(QChart& chart, const IntervalPlot& plot, const Theme& theme, const IntervalLayout& layout) {
    chart.removeAllSeries();
    for (QAbstractAxis* axis : chart.axes()) {
        chart.removeAxis(axis);
        delete axis;
    }
    const double rows = layout.row > 0 ? layout.plot.height() / layout.row : double(plot.rows.size());
    if (plot.distribution) {
        addCurves(chart, plot, theme, rows);
    }
    for (const IntervalRow& row : plot.rows) {
        if (row.baseline && row.known && !plot.distribution) {
            addLine(chart, {row.value, 0}, {row.value, double(plot.rows.size())}, QPen(mixed(theme.text2, theme.window, 0.8), 1.2, Qt::DotLine));
        }
    }
    for (std::size_t i = 0; i < plot.rows.size() && !plot.distribution; ++i) {
        addRow(chart, plot.rows[i], double(i) + 0.5, theme);
    }
    addAxes(chart, plot, layout.plot.width(), rows);
    // An equal area would not reach the new series.
    chart.setPlotArea({});
    chart.setPlotArea(layout.plot);
}

void makePlain(QChart& chart) {
    chart.legend()->hide();
    chart.setBackgroundVisible(false);
    chart.setBackgroundRoundness(0);
    chart.setMargins({0, 0, 0, 0});
    chart.layout()->setContentsMargins(0, 0, 0, 0);
}

void paintIntervalTexts(QPainter& painter, const IntervalPlot& plot, const Theme& theme, double width) {
    const IntervalLayout layout = layoutOf(plot, width);
    painter.setFont(boldFont(intervalFont()));
    const QFontMetricsF title(painter.font()), note(labelFont());
    painter.setPen(theme.text);
    const double free = width - title.horizontalAdvance(plot.title) - kIntervalGap;
    const QString both = plot.note + (plot.more.isEmpty() ? QString() : QStringLiteral(" · ") + plot.more);
    const QString words = note.horizontalAdvance(both) <= free ? both : note.horizontalAdvance(plot.note) <= free ? plot.note : QString();
    const double noteWidth = note.horizontalAdvance(words);
    const double titleRoom = width - (words.isEmpty() ? 0 : noteWidth + kIntervalGap);
    painter.drawText(QPointF(0, title.ascent()), title.elidedText(plot.title, Qt::ElideRight, titleRoom));
    painter.setFont(labelFont());
    painter.setPen(theme.text2);
    painter.drawText(QPointF(width - noteWidth, title.ascent()), words);
    if (!plot.subtitle.isEmpty()) {
        painter.drawText(QPointF(0, title.height() + note.ascent() + 2), note.elidedText(plot.subtitle, Qt::ElideRight, width));
    }
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        const IntervalRow& row = plot.rows[i];
        const double y = layout.top + layout.row * double(i);
        painter.setFont(row.best ? boldFont(intervalFont(plot.dense)) : intervalFont(plot.dense));
        painter.setPen(row.best ? theme.text : theme.text2);
        const QFontMetricsF metrics(painter.font());
        const double base = y + (layout.row + metrics.ascent() - metrics.descent()) / 2;
        painter.drawText(QPointF(0, base), metrics.elidedText(row.label, Qt::ElideMiddle, layout.labels));
        if (plot.distribution) {
            painter.setPen(curvePen(plot, i, theme));
            painter.drawLine(QPointF(layout.labels + 3, y + layout.row / 2), QPointF(layout.labels + kLegend, y + layout.row / 2));
        }
        painter.setFont(numberFont(row.best));
        painter.setPen(theme.text);
        painter.drawText(QPointF(width - layout.texts, base), row.text);
    }
}

void paintIntervals(QPainter& painter, const QRectF& target, const IntervalPlot& plot, const Theme& theme) {
    auto* chart = new QChart;
    QGraphicsScene scene;
    scene.addItem(chart);
    makePlain(*chart);
    const IntervalLayout layout = layoutOf(plot, target.width());
    chart->resize(target.width(), layout.height);
    fillIntervals(*chart, plot, theme, layout);
    const QRectF source(0, 0, target.width(), layout.height);
    scene.setSceneRect(source);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    scene.render(&painter, QRectF(target.topLeft(), source.size()), source);
    painter.restore();
    painter.save();
    painter.translate(target.topLeft());
    paintIntervalTexts(painter, plot, theme, target.width());
    painter.restore();
}

}  // namespace vernier::ui
