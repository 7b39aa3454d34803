// SPDX-License-Identifier: GPL-3.0-or-later
// Where the parts of a dot-and-interval chart lie: fonts, columns, the range of the axis.
#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <set>

#include "ui/charts/interval_painter.h"

namespace vernier::ui {

namespace {

constexpr double kNarrowPlot = 84;     ///< dots and intervals are read well from here on
constexpr double kNarrowestPlot = 52;  ///< where names would be cut else
constexpr double kCurveRows = 2;       ///< a curve is at least as high as so many rows

LabelCut cutOf(const IntervalPlot& plot, double width) {
    std::set<QString> whole, shown;
    for (const IntervalRow& row : plot.rows) {
        const QFont font = row.best ? boldFont(intervalFont(plot.dense)) : intervalFont(plot.dense);
        whole.insert(row.label);
        shown.insert(QFontMetricsF(font).elidedText(row.label, Qt::ElideMiddle, width));
    }
    return shown == whole ? LabelCut::none : shown.size() == whole.size() ? LabelCut::distinct : LabelCut::ambiguous;
}

}  // namespace

/// The body font, or the smaller one of labels in rows that are close together. By its pixels: a size in points would
/// grow on a device of more dots to the inch.
QFont intervalFont(bool dense) {
    if (dense) {
        return labelFont();
    }
    QFont font = bodyFont();
    font.setPixelSize(QFontInfo(font).pixelSize());
    return font;
}

QFont boldFont(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont numberFont(bool best) {
    const QFont font = monoFont(0.92);
    return best ? boldFont(font) : font;
}

IntervalAxis axisOf(const IntervalPlot& plot) {
    if (plot.distribution) {
        return *plot.distribution;
    }
    IntervalAxis axis{HUGE_VAL, -HUGE_VAL};
    for (const IntervalRow& row : plot.rows) {
        if (!row.known) {
            continue;
        }
        const bool interval = row.hi > row.lo;
        for (const double value : {row.value, interval ? row.lo : row.value, interval ? row.hi : row.value, row.before.value_or(row.value)}) {
            if (std::isfinite(value)) {
                axis.lo = std::min(axis.lo, value);
                axis.hi = std::max(axis.hi, value);
            }
        }
    }
    if (axis.lo > axis.hi) {
        return {};
    }
    if (plot.fromZero) {
        axis.lo = std::min(0.0, axis.lo);
    }
    // Equal values lie in the middle.
    const double least = std::max(std::fabs(axis.hi) * 1e-3, 1e-9);
    if (axis.hi - axis.lo < least) {
        const double middle = (axis.hi + axis.lo) / 2;
        return {middle - least, middle + least};
    }
    return axis;
}

QVector<int> rowsWith(const QVector<int>& nodes, const IntervalPlot& plot) {
    QVector<int> rows;
    for (int row = 0; row < int(plot.rows.size()); ++row) {
        const QVector<int>& of = plot.rows[std::size_t(row)].nodes;
        if (std::any_of(nodes.begin(), nodes.end(), [&of](int node) { return std::binary_search(of.begin(), of.end(), node); })) {
            rows << row;
        }
    }
    return rows;
}

IntervalLayout layoutOf(const IntervalPlot& plot, double width) {
    IntervalLayout layout;
    const QFontMetricsF title(boldFont(intervalFont()));
    double labels = 0;
    for (const IntervalRow& row : plot.rows) {
        labels = std::max(labels, QFontMetricsF(row.best ? boldFont(intervalFont(plot.dense)) : intervalFont(plot.dense)).horizontalAdvance(row.label));
        layout.texts = std::max(layout.texts, QFontMetricsF(numberFont(row.best)).horizontalAdvance(row.text));
    }
    layout.top = title.height() + (plot.dense ? 2 : 6) + (plot.subtitle.isEmpty() ? 0 : QFontMetricsF(labelFont()).height() + 4);
    layout.row = std::ceil(plot.dense ? QFontMetricsF(boldFont(intervalFont(true))).height() + 2 : title.height() + 6);
    // Numbers never give way; dots do for whole names, and names where both are at their least.
    const double least = plot.distribution ? kNarrowPlot : kNarrowestPlot;
    layout.labels = std::ceil(std::min(labels, std::max(width * 0.18, std::min(width * 0.5, width - layout.texts - 2 * kIntervalGap - least)))) + 1;
    layout.cut = cutOf(plot, layout.labels);
    const double left = layout.labels + kIntervalGap;
    const double rows = plot.distribution ? std::max(kCurveRows, double(plot.rows.size())) : double(plot.rows.size());
    layout.plot = QRectF(left, layout.top, std::max(10.0, width - left - kIntervalGap - layout.texts), layout.row * rows);
    layout.height = std::ceil(layout.plot.bottom() + 2);
    return layout;
}

}  // namespace vernier::ui
