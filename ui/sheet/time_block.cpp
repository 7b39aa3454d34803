// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "core/report/format.h"
#include "core/report/time_by_kind.h"
#include "ui/sheet/blocks.h"
#include "ui/sheet/sheet_text.h"

namespace vernier::ui {

namespace {

constexpr double kRow = 26, kTop = 34, kLabels = 190, kTexts = 160, kGap = 16, kDot = 11;

QString tr(const char* words) { return QCoreApplication::translate("Sheet", words); }

/// Of the two models that a row compares.
struct Colours {
    const Theme& theme;
    QColor before, after;
};

void paintRow(QPainter& painter, const QRectF& row, const KindTime& time, double most, const Colours& colours) {
    const Theme& theme = colours.theme;
    const double left = row.left() + kLabels + kGap, width = row.width() - kLabels - kTexts - 2 * kGap - kDot;
    const auto at = [&](double value) { return left + kDot / 2 + (most > 0 ? value / most : 0) * width; };
    const double y = row.center().y(), before = at(time.before), after = at(time.after);
    paintLine(painter, {row.left(), y + 4.5}, kLabels, QString::fromStdString(time.kind), {sheetFont(12), theme.text2, Qt::ElideMiddle});
    painter.setPen(QPen(theme.line, 4, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(QPointF(before, y), QPointF(after, y));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.before);
    painter.drawRect(QRectF(before - 5, y - 5, 10, 10));
    painter.setBrush(colours.after);
    painter.drawEllipse(QPointF(after, y), kDot / 2, kDot / 2);
    QFont mono = monoFont();
    mono.setPixelSize(12);
    // One number of decimals for all rows, so that they read as a column.
    const int decimals = most < 10 ? 3 : most < 100 ? 2 : 1;
    const QString text = QStringLiteral("%1 → %2 ms").arg(time.before, 7, 'f', decimals).arg(time.after, 7, 'f', decimals);
    paintLine(painter, {row.right() - kTexts, y + 4.5}, kTexts, text, {mono, theme.text});
}

}  // namespace

double paintTime(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme) {
    if (sheet.named.best < 0) {
        return 0;
    }
    const auto best = std::size_t(sheet.named.best);
    const ScaledTime time = scaled_time(sheet.named.comparison.baseline.measurement, sheet.named.comparison.candidates[best].measurement);
    const std::vector<KindTime>& kinds = time.kinds;
    const bool doubted = !time.distrust.empty();
    if (kinds.empty() && !doubted) {
        return 0;
    }
    const double height = kTop + kRow * double(kinds.size()) + 20;
    if (painter == nullptr) {
        return height;
    }
    const CandidateName& name = sheet.named.names[best];
    paintLine(*painter, {place.left(), place.top() + 14}, place.width(),
              tr("Where the time went: %1 (square) → %2 (dot)").arg(sheet.named.baseline.title, name.title), {sheetFont(13, true), theme.text});
    double most = 0;
    for (const KindTime& kind : kinds) {
        most = std::max({most, kind.before, kind.after});
    }
    const Colours colours{theme, theme.method(sheet.named.baseline.method), name.method.isEmpty() ? theme.accent : theme.method(name.method)};
    double y = place.top() + kTop - 6;
    for (const KindTime& kind : kinds) {
        paintRow(*painter, QRectF(place.left(), y, place.width(), kRow), kind, most, colours);
        y += kRow;
    }
    const auto factor = [](double value) { return QString::fromStdString(times(value)); };
    const QString note = doubted       ? QString::fromStdString(time.distrust)
                         : time.scaled ? tr("Shares of profiled runs, scaled to the measured p50: profiled runs took %1 (before) and %2 (after) as long.")
                                             .arg(factor(time.profiled_before), factor(time.profiled_after))
                                       : tr("Mean time of a run by kind of operator, profiled on its own: profiling slows small operators.");
    paintLine(*painter, {place.left(), y + 16}, place.width(), note, {sheetFont(11), theme.text2});
    return height;
}

}  // namespace vernier::ui
