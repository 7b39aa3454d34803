// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/front_chart.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/report/format.h"

namespace vernier::ui {

namespace {

constexpr double kDot = 5, kRing = 9, kReach = 12;  ///< radii; how far from a dot a click still means it
constexpr double kSpread = 99;                      ///< how much small errors are spread out where they span orders of magnitude
constexpr double kAlike = 0.2;                      ///< of the largest: errors that are all above it need no spreading
constexpr double kAbove = 1.05;                     ///< air above the largest error

/// For the numbers left of the plot; its title stands left of them.
double numbersWidth() { return QFontMetricsF(labelFont()).horizontalAdvance(QStringLiteral("0.0001234")); }

QString threeDigits(double value) { return QString::fromStdString(significant(value)); }

QPointF placeOf(const FrontDot& dot, const FrontLayout& layout) {
    return dot.measured ? layout.at(dot.measured->ms, dot.measured->error) : layout.at(dot.ms, dot.error);
}

void paintAxes(QPainter& painter, const FrontPlot& plot, const FrontLayout& layout, const Theme& theme) {
    const QFontMetricsF metrics(labelFont());
    painter.setFont(labelFont());
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(layout.plot.bottomLeft(), layout.plot.bottomRight());
    painter.drawLine(layout.plot.bottomLeft(), layout.plot.topLeft());
    painter.setPen(theme.text2);
    const double below = layout.plot.bottom() + metrics.ascent() + 4;
    const QString lo = threeDigits(layout.lo), hi = threeDigits(layout.hi);
    painter.drawText(QPointF(layout.plot.left(), below), lo);
    painter.drawText(QPointF(layout.plot.right() - metrics.horizontalAdvance(hi), below), hi);
    painter.drawText(QPointF(layout.plot.center().x() - metrics.horizontalAdvance(plot.xTitle) / 2, below), plot.xTitle);
    const double most = layout.most / kAbove;
    for (const double error : {0.0, layout.spread > 0 ? most / 10 : most / 2, most}) {
        const double y = layout.at(layout.lo, error).y();
        painter.drawText(QRectF(layout.plot.left() - 6 - numbersWidth(), y - metrics.height() / 2, numbersWidth(), metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, threeDigits(error));
    }
    painter.save();
    painter.translate(layout.plot.left() - 8 - numbersWidth() - metrics.height() / 2, layout.plot.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-layout.plot.height() / 2, -metrics.height() / 2, layout.plot.height(), metrics.height()), Qt::AlignCenter, plot.yTitle);
    painter.restore();
}

void paintLimit(QPainter& painter, const FrontPlot& plot, const FrontLayout& layout, const Theme& theme) {
    if (!plot.mostError || *plot.mostError > layout.most) {
        return;
    }
    const double y = layout.at(layout.lo, *plot.mostError).y();
    painter.setPen(QPen(theme.text2, 1, Qt::DashLine));
    painter.drawLine(QPointF(layout.plot.left(), y), QPointF(layout.plot.right(), y));
    painter.setFont(labelFont());
    painter.drawText(QPointF(layout.plot.right() - QFontMetricsF(labelFont()).horizontalAdvance(plot.limitText), y - 3), plot.limitText);
}

void paintLine(QPainter& painter, const FrontPlot& plot, const FrontLayout& layout, const Theme& theme) {
    QPainterPath path;
    for (std::size_t i = 0; i < plot.dots.size(); ++i) {
        const QPointF at = layout.at(plot.dots[i].ms, plot.dots[i].error);
        i == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    painter.setPen(QPen(mixed(theme.wire, theme.window, 0.6), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

void paintMeasured(QPainter& painter, const FrontDot& dot, const FrontLayout& layout, const Theme& theme) {
    const QColor colour = dot.measured->within ? theme.method(u"int8-static") : theme.method(u"int4");
    const QPointF at = placeOf(dot, layout);
    if (dot.measured->msLow && dot.measured->msHigh) {
        painter.setPen(QPen(colour, 2, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(layout.at(*dot.measured->msLow, dot.measured->error), layout.at(*dot.measured->msHigh, dot.measured->error));
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(at, kDot, kDot);
    if (!dot.measured->within) {  // never by colour alone: a cross in the dot
        painter.setPen(QPen(theme.window, 1.6));
        painter.drawLine(at + QPointF(-2, -2), at + QPointF(2, 2));
        painter.drawLine(at + QPointF(-2, 2), at + QPointF(2, -2));
    }
}

void paintDots(QPainter& painter, const FrontPlot& plot, const FrontLayout& layout, const Theme& theme) {
    for (const FrontDot& dot : plot.dots) {
        painter.setPen(QPen(theme.text2, 1.4));
        painter.setBrush(theme.window);
        painter.drawEllipse(layout.at(dot.ms, dot.error), dot.measured ? kDot - 1.5 : kDot, dot.measured ? kDot - 1.5 : kDot);
        if (dot.measured) {
            paintMeasured(painter, dot, layout, theme);
        }
    }
    if (plot.fp32Ms) {
        const QPointF at = layout.at(*plot.fp32Ms, 0);
        painter.fillRect(QRectF(at.x() - kDot, at.y() - kDot, 2 * kDot, 2 * kDot), theme.method(u"fp32"));
    }
}

/// A ring around the answer, a wider one around the selected dot, and their words.
void paintRings(QPainter& painter, const FrontPlot& plot, const FrontLayout& layout, const Theme& theme) {
    const QFontMetricsF metrics(labelFont());
    painter.setFont(labelFont());
    for (int i = 0; i < int(plot.dots.size()); ++i) {
        const FrontDot& dot = plot.dots[std::size_t(i)];
        const bool selected = i == plot.selected;
        if (!dot.best && !selected) {
            continue;
        }
        const QPointF at = placeOf(dot, layout);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(selected ? theme.accent : theme.text, selected ? 2.2 : 1.4));
        painter.drawEllipse(at, selected ? kRing + 2 : kRing, selected ? kRing + 2 : kRing);
        const double width = metrics.horizontalAdvance(dot.text);
        const bool left = at.x() + kRing + 8 + width > layout.plot.right();
        painter.setPen(theme.text);
        painter.drawText(QPointF(left ? at.x() - kRing - 8 - width : at.x() + kRing + 8, at.y() - 4), dot.text);
    }
}

}  // namespace

/// Where errors span orders of magnitude, those near zero are spread out; zero has its place in any case.
QPointF FrontLayout::at(double ms, double error) const {
    const double share = std::clamp(error / most, 0.0, 1.0);
    const double part = spread > 0 ? std::log1p(spread * share) / std::log1p(spread) : share;
    return {plot.left() + plot.width() * (ms - lo) / (hi - lo), plot.bottom() - plot.height() * part};
}

FrontLayout layoutOf(const FrontPlot& plot, const QRectF& target) {
    FrontLayout layout;
    const double top = target.top() + plotTitleHeight() + 12, below = QFontMetricsF(labelFont()).height() + 8;
    const double left = 8 + numbersWidth() + QFontMetricsF(labelFont()).height();
    layout.plot = QRectF(target.left() + left, top, std::max(20.0, target.width() - left - 16), std::max(20.0, target.bottom() - below - top));
    double lo = HUGE_VAL, hi = -HUGE_VAL, most = 0, least = HUGE_VAL;
    const auto take = [&](double ms, double error) {
        lo = std::min(lo, ms);
        hi = std::max(hi, ms);
        most = std::max(most, error);
        least = error > 0 ? std::min(least, error) : least;
    };
    for (const FrontDot& dot : plot.dots) {
        take(dot.ms, dot.error);
        if (dot.measured) {
            take(dot.measured->msLow.value_or(dot.measured->ms), dot.measured->error);
            take(dot.measured->msHigh.value_or(dot.measured->ms), dot.measured->error);
        }
    }
    if (plot.fp32Ms) {
        take(*plot.fp32Ms, 0);
    }
    if (hi >= lo) {
        const double air = std::max((hi - lo) * 0.06, std::max(hi, 1e-6) * 0.01);
        layout.lo = std::max(0.0, lo - air);
        layout.hi = hi + air;
    }
    // The limit belongs to the picture unless it would press all dots to the bottom.
    constexpr double kFar = 100;
    if (plot.mostError && *plot.mostError > 0 && (most <= 0 || *plot.mostError < kFar * most)) {
        most = std::max(most, *plot.mostError);
        least = std::min(least, *plot.mostError);
    }
    layout.spread = least >= kAlike * most ? 0 : kSpread;
    layout.most = most > 0 ? kAbove * most : 1;
    return layout;
}

void paintFront(QPainter& painter, const QRectF& target, const FrontPlot& plot, const Theme& theme) {
    const FrontLayout layout = layoutOf(plot, target);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintPlotTitle(painter, target, plot.title, plot.note, theme);
    paintAxes(painter, plot, layout, theme);
    paintLimit(painter, plot, layout, theme);
    paintLine(painter, plot, layout, theme);
    paintDots(painter, plot, layout, theme);
    paintRings(painter, plot, layout, theme);
    painter.restore();
}

void FrontChart::setPlot(const FrontPlot& plot) {
    plot_ = plot;
    QStringList words;
    for (const FrontDot& dot : plot.dots) {
        words << dot.tip;
    }
    plotChanged(plot.title, words.join(QStringLiteral("; ")));
}

int FrontChart::placeAt(const QPointF& position) const {
    const FrontLayout layout = layoutOf(plot_, rect());
    int nearest = -1;
    double least = kReach;
    for (int i = 0; i < int(plot_.dots.size()); ++i) {
        const FrontDot& dot = plot_.dots[std::size_t(i)];
        for (const QPointF& at : {placeOf(dot, layout), layout.at(dot.ms, dot.error)}) {
            const double away = std::hypot(at.x() - position.x(), at.y() - position.y());
            if (away < least) {
                least = away;
                nearest = i;
            }
        }
    }
    return nearest;
}

QRectF FrontChart::frameOf(int dot) const {
    const QPointF at = placeOf(plot_.dots[static_cast<std::size_t>(dot)], layoutOf(plot_, rect()));
    return {at.x() - kReach, at.y() - kReach, 2 * kReach, 2 * kReach};
}

}  // namespace vernier::ui
