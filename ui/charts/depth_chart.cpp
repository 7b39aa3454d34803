// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/depth_chart.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vernier::ui {

namespace {

constexpr double kGap = 6;
constexpr double kWidestBar = 14, kNarrowest = 3;
constexpr double kBarRoom = 0.8;  ///< of the height: bars and line rarely meet

/// For the numbers on either side of the plot.
double axisWidth() { return QFontMetricsF(labelFont()).horizontalAdvance(QStringLiteral("100 dB")); }

double topOf(const QRectF& target) { return target.top() + plotTitleHeight() + kGap + QFontMetricsF(labelFont()).height() / 2; }

void paintBars(QPainter& painter, const DepthPlot& plot, const DepthLayout& layout, const Theme& theme) {
    const double width = std::clamp(layout.step * 0.7, 1.0, kWidestBar);
    for (int i = 0; i < int(plot.points.size()); ++i) {
        const std::optional<double>& share = plot.points[std::size_t(i)].alone;
        if (share && *share > 0 && layout.most > 0) {
            const double top = std::min(layout.yOfShare(*share), layout.plot.bottom() - 1);
            painter.fillRect(QRectF(layout.x(i) - width / 2, top, width, layout.plot.bottom() - top),
                             theme.ramp(0.3 + 0.7 * *share / (layout.most * kBarRoom)));
        }
    }
}

void paintLine(QPainter& painter, const DepthPlot& plot, const DepthLayout& layout, const Theme& theme) {
    if (layout.hi <= layout.lo) {
        return;
    }
    QPainterPath path;
    bool begun = false;
    for (int i = 0; i < int(plot.points.size()); ++i) {
        if (const std::optional<double>& db = plot.points[std::size_t(i)].db) {
            const QPointF at(layout.x(i), layout.yOfDb(*db));
            begun ? path.lineTo(at) : path.moveTo(at);
            begun = true;
        }
    }
    painter.setPen(QPen(theme.accent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

void paintScales(QPainter& painter, const DepthLayout& layout, const Theme& theme) {
    const QFontMetricsF metrics(labelFont());
    painter.setFont(labelFont());
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(layout.plot.bottomLeft(), layout.plot.bottomRight());
    painter.setPen(theme.text2);
    const double words = layout.plot.bottom() + metrics.ascent() + 3;
    painter.drawText(QPointF(layout.plot.left(), words), QObject::tr("input"));
    const QString end = QObject::tr("outputs");
    painter.drawText(QPointF(layout.plot.right() - metrics.horizontalAdvance(end), words), end);
    if (layout.hi > layout.lo) {
        painter.setPen(theme.ink(theme.accent));
        for (const double db : {layout.hi, layout.lo}) {
            const QString text = QString::number(db, 'f', 0) + (db == layout.hi ? QStringLiteral(" dB") : QString());
            painter.drawText(QRectF(layout.plot.left() - axisWidth() - 4, layout.yOfDb(db) - metrics.height() / 2, axisWidth(), metrics.height()),
                             Qt::AlignRight | Qt::AlignVCenter, text);
        }
    }
    if (layout.most > 0) {
        const double share = layout.most * kBarRoom;
        const QString text = QStringLiteral("%1 %").arg(share * 100, 0, 'f', share < 0.1 ? 1 : 0);
        painter.setPen(theme.text2);
        painter.drawText(QRectF(layout.plot.right() + 4, layout.yOfShare(share) - metrics.height() / 2, axisWidth(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

/// The words of the marked place, on the side of it that has room, and never on the bars' feet.
void paintMarked(QPainter& painter, const DepthPlot& plot, const DepthLayout& layout, const Theme& theme) {
    if (plot.marked < 0 || plot.marked >= int(plot.points.size()) || plot.markedText.isEmpty()) {
        return;
    }
    const QFontMetricsF metrics(labelFont());
    const std::optional<double>& db = plot.points[std::size_t(plot.marked)].db;
    const double x = layout.x(plot.marked);
    const double y = db && layout.hi > layout.lo ? layout.yOfDb(*db) : layout.plot.top();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.accent);
    painter.drawEllipse(QPointF(x, y), 3.5, 3.5);
    const double width = metrics.horizontalAdvance(plot.markedText);
    const bool left = x - width - 8 >= layout.plot.left();
    const QRectF box(left ? x - width - 8 : std::min(x + 8, layout.plot.right() - width),
                     std::clamp(y - metrics.height() / 2, layout.plot.top(), layout.plot.bottom() - metrics.height()), width, metrics.height());
    QColor ground = theme.window;
    ground.setAlphaF(0.85F);
    painter.fillRect(box.adjusted(-2, 0, 2, 0), ground);
    painter.setFont(labelFont());
    painter.setPen(theme.text);
    painter.drawText(box, Qt::AlignVCenter | Qt::AlignLeft, plot.markedText);
}

}  // namespace

QRectF DepthLayout::band(int point) const {
    const double width = std::max(step, kNarrowest);
    return {x(point) - width / 2, plot.top(), width, plot.height()};
}

DepthLayout layoutOf(const DepthPlot& plot, const QRectF& target) {
    DepthLayout layout;
    const double top = topOf(target), bottom = target.bottom() - QFontMetricsF(labelFont()).height() - 4;
    const double side = axisWidth() + 4;
    layout.plot = QRectF(target.left() + side, top, std::max(10.0, target.width() - 2 * side), std::max(10.0, bottom - top));
    layout.step = layout.plot.width() / std::max<double>(1, double(plot.points.size()));
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (const DepthPoint& point : plot.points) {
        layout.most = std::max(layout.most, point.alone.value_or(0));
        if (point.db && std::isfinite(*point.db)) {
            lo = std::min(lo, *point.db);
            hi = std::max(hi, *point.db);
        }
    }
    layout.most /= kBarRoom;
    if (hi >= lo) {
        layout.lo = std::min(0.0, std::floor(lo));
        layout.hi = std::max(layout.lo + 1, std::ceil(hi));
    }
    return layout;
}

QVector<int> pointsWith(const QVector<int>& nodes, const DepthPlot& plot) {
    QVector<int> points;
    for (int point = 0; point < int(plot.points.size()); ++point) {
        const QVector<int>& of = plot.points[std::size_t(point)].nodes;
        if (std::any_of(of.begin(), of.end(), [&nodes](int node) { return std::binary_search(nodes.begin(), nodes.end(), node); })) {
            points << point;
        }
    }
    return points;
}

void paintDepth(QPainter& painter, const QRectF& target, const DepthPlot& plot, const QVector<int>& selected, const Theme& theme) {
    const DepthLayout layout = layoutOf(plot, target);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const int point : selected) {
        painter.fillRect(layout.band(point), mixed(theme.accent, theme.window, 0.18));
    }
    paintBars(painter, plot, layout, theme);
    paintLine(painter, plot, layout, theme);
    paintScales(painter, layout, theme);
    paintMarked(painter, plot, layout, theme);
    paintPlotTitle(painter, target, plot.title, plot.note, theme);
    painter.restore();
}

void DepthChart::setPlot(const DepthPlot& plot) {
    plot_ = plot;
    plotChanged(plot.title, plot.markedText);
}

void DepthChart::setMarked(const QVector<int>& points) {
    if (marked_ != points) {
        marked_ = points;
        update();
    }
}

int DepthChart::placeAt(const QPointF& position) const {
    const DepthLayout layout = layoutOf(plot_, rect());
    const int point = int(std::floor((position.x() - layout.plot.left()) / layout.step));
    return position.y() >= layout.plot.top() && point >= 0 && point < places() ? point : -1;
}

QRectF DepthChart::frameOf(int point) const { return layoutOf(plot_, rect()).band(point); }

}  // namespace vernier::ui
