// SPDX-License-Identifier: GPL-3.0-or-later
// The distribution of latency, and what the runtime ran of each model.
#include <QCoreApplication>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <map>

#include "core/evidence/figures.h"
#include "core/report/figure_text.h"
#include "core/report/latency_curves.h"
#include "core/report/providers.h"
#include "ui/sheet/blocks.h"
#include "ui/sheet/sheet_text.h"

namespace vernier::ui {

namespace {

constexpr double kTop = 30, kPlot = 150, kTicks = 24, kLeft = 44, kNames = 150, kName = 19, kGap = 16, kTwoLines = 38, kNextLine = 15;

QString tr(const char* words) { return QCoreApplication::translate("Sheet", words); }

QString text(const std::string& words) { return QString::fromStdString(words); }

/// Of the baseline (0) or a candidate.
const CandidateName& nameOf(const Sheet& sheet, std::size_t trial) { return trial == 0 ? sheet.named.baseline : sheet.named.names[trial - 1]; }

bool isBest(const Sheet& sheet, std::size_t trial) { return sheet.named.best >= 0 && trial == std::size_t(sheet.named.best) + 1; }

/// Curves of one colour are told apart by their dashes.
QPen penOf(const Sheet& sheet, std::size_t trial, const Theme& theme, std::map<QString, int>& seen) {
    const CandidateName& name = nameOf(sheet, trial);
    QPen pen(name.method.isEmpty() ? theme.accent : theme.method(name.method), isBest(sheet, trial) ? 2.6 : 1.8);
    const Qt::PenStyle styles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    pen.setStyle(styles[seen[name.method]++ % 4]);
    return pen;
}

/// Where the curves are.
struct Area {
    QRectF rect;
    double lo = 0, hi = 1;
    [[nodiscard]] QPointF at(double ms, double share) const {
        return {rect.left() + (ms - lo) / (hi - lo) * rect.width(), rect.bottom() - share * rect.height()};
    }
};

void paintGrid(QPainter& painter, const Area& area, const Theme& theme) {
    const QFont small = sheetFont(11);
    const QFontMetricsF metrics(small);
    for (const double share : {0.0, 0.5, 1.0}) {
        const double y = area.at(area.lo, share).y();
        painter.setPen(QPen(theme.line, 1));
        painter.drawLine(QPointF(area.rect.left(), y), QPointF(area.rect.right(), y));
        const QString words = QStringLiteral("%1 %").arg(100 * share, 0, 'f', 0);
        paintLine(painter, {area.rect.left() - 6 - metrics.horizontalAdvance(words), y + 4}, kLeft, words, {small, theme.text2});
    }
    for (const double tick : round_ticks(area.lo, area.hi)) {
        const double x = area.at(tick, 0).x();
        painter.setPen(QPen(theme.text2, 1));
        painter.drawLine(QPointF(x, area.rect.bottom()), QPointF(x, area.rect.bottom() + 4));
        const QString words = QString::number(tick, 'g', 4);
        paintLine(painter, {x - metrics.horizontalAdvance(words) / 2, area.rect.bottom() + 17}, kNames, words, {small, theme.text2});
    }
}

void paintCurve(QPainter& painter, const LatencyCurve& curve, const Area& area, const QPen& pen) {
    QPolygonF line;
    for (const CurvePoint& point : curve.points) {
        line << area.at(point.ms, point.share);
    }
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
}

void paintHead(QPainter& painter, const QRectF& place, const QString& title, const QString& note, const Theme& theme) {
    const QFont bold = sheetFont(13, true), small = sheetFont(11);
    const double used = QFontMetricsF(bold).horizontalAdvance(title), width = QFontMetricsF(small).horizontalAdvance(note);
    paintLine(painter, {place.left(), place.top() + 14}, place.width(), title, {bold, theme.text});
    if (used + kGap + width <= place.width()) {
        paintLine(painter, {place.right() - width, place.top() + 14}, width + 1, note, {small, theme.text2});
    }
}

}  // namespace

double paintCurves(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme) {
    const LatencyCurves curves = latency_curves(views_of(sheet.named.comparison));
    if (curves.curves.empty()) {
        return 0;
    }
    const double height = kTop + std::max(kPlot + kTicks, kName * double(curves.curves.size()));
    if (painter == nullptr) {
        return height;
    }
    paintHead(*painter, place, text(curves_title()), text(curves_note(curves)), theme);
    const Area area{QRectF(place.left() + kLeft, place.top() + kTop, place.width() - kLeft - kNames - kGap, kPlot), curves.lo, curves.hi};
    paintGrid(*painter, area, theme);
    std::map<QString, int> seen;
    double y = place.top() + kTop + kName / 2;
    for (const LatencyCurve& curve : curves.curves) {
        const QPen pen = penOf(sheet, curve.trial, theme, seen);
        paintCurve(*painter, curve, area, pen);
        const double x = place.right() - kNames;
        painter->drawLine(QPointF(x, y), QPointF(x + 20, y));
        const bool best = isBest(sheet, curve.trial);
        paintLine(*painter, {x + 27, y + 4}, kNames - 27, nameOf(sheet, curve.trial).title,
                  {sheetFont(12, best), best ? theme.text : theme.text2, Qt::ElideMiddle});
        y += kName;
    }
    return height;
}

double paintExecuted(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme) {
    const TrialViews trials = views_of(sheet.named.comparison);
    const auto ran = [&](std::size_t trial) { return text(ran_text(trials[trial].measured)); };
    if (ran(0).isEmpty()) {
        return 0;
    }
    const Figure& start = figure("cold_start");
    const auto parts = [&](std::size_t trial) { return text(parts_text(start, trials[trial])); };
    const double lines = parts(0).isEmpty() ? kTwoLines : kTwoLines + kNextLine;
    if (painter != nullptr) {
        paintHead(*painter, place, tr("Recipes, and what ran"), tr("operators of a profiled run, by what they compute in"), theme);
        double y = place.top() + kTop;
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const bool best = isBest(sheet, i);
            paintLine(*painter, {place.left(), y + 12}, place.width(), nameOf(sheet, i).title, {sheetFont(12, best), theme.text, Qt::ElideMiddle});
            const CandidateComparison* candidate = trials[i].compared;
            QStringList words;
            if (candidate != nullptr && candidate->origin && !candidate->origin->counts.empty()) {
                words << text(candidate->origin->text());
            }
            words << (ran(i).isEmpty() ? tr("not profiled") : tr("ran %1").arg(ran(i)));
            paintLine(*painter, {place.left(), y + 28}, place.width(), words.join(QStringLiteral(" · ")), {sheetFont(11), theme.text2});
            if (!parts(i).isEmpty()) {
                paintLine(*painter, {place.left(), y + 28 + kNextLine}, place.width(), parts(i), {sheetFont(11), theme.text2});
            }
            y += lines;
        }
    }
    return kTop + lines * double(trials.size());
}

}  // namespace vernier::ui
