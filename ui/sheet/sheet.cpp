// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sheet/sheet.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "core/report/format.h"
#include "ui/sheet/blocks.h"
#include "ui/sheet/sheet_text.h"

namespace vernier::ui {

namespace {

constexpr double kMargin = 36, kColumnGap = 40, kBlockGap = 30;
constexpr double kColumn = (kSheetWidth - 2 * kMargin - kColumnGap) / 2;
constexpr double kInner = kSheetWidth - 2 * kMargin;

double paintHead(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    const QString title = QString::fromStdString(sheet.verdict.title).toHtmlEscaped();
    y += paintRich(painter, kMargin, y, kInner, title, sheetFont(22, true), theme.text) + 3;
    return y + paintRich(painter, kMargin, y, kInner, sheet.subtitle.toHtmlEscaped(), sheetFont(12), theme.text2);
}

double paintVerdict(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    const QString text = QString::fromStdString(sheet.verdict.text);
    const qsizetype colon = text.indexOf(QLatin1Char(':'));
    QString html = QStringLiteral("<p style='line-height:135%; margin:0'><b>%1</b>%2</p>").arg(text.left(colon + 1).toHtmlEscaped(), text.mid(colon + 1).toHtmlEscaped());
    const double width = kInner - 40, top = y + 9;
    const double height = paintRich(nullptr, 0, 0, width, html, sheetFont(13), theme.text);
    if (painter != nullptr) {
        const QColor colour = !sheet.verdict.worth ? theme.warn : *sheet.verdict.worth ? theme.method(u"int8-static") : theme.bad;
        painter->fillRect(QRectF(kMargin, y, kInner, height + 16), mixed(colour, theme.window, theme.dark ? 0.14 : 0.07));
        painter->fillRect(QRectF(kMargin, y, 4, height + 16), colour);
        paintRich(painter, kMargin + 20, top, width, html, sheetFont(13), theme.text);
    }
    y += height + 16;
    for (const QString& warning : sheet.warnings) {
        y += 6 + paintRich(painter, kMargin + 20, y + 6, width, QStringLiteral("⚠ ") + warning.toHtmlEscaped(), sheetFont(12), theme.text2);
    }
    return y;
}

/// The 99th percentile as one more column of numbers.
void addTail(IntervalPlot& plot, const NamedComparison& named) {
    plot.title = QCoreApplication::translate("Sheet", "Latency p50 and p99, ms");
    const auto p99 = [&](std::size_t row) {
        return row == 0 ? named.comparison.baseline.latency.p99 : named.comparison.candidates[row - 1].measurement.latency.p99;
    };
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        plot.rows[i].text = plot.rows[i].text.leftJustified(16) + QString::fromStdString(significant(p99(i)));
    }
}

double paintPlots(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    std::vector<IntervalPlot> plots{latencyPlot(sheet.named), answersPlot(sheet.named), tailPlot(sheet.named), sizePlot(sheet.named), coldStartPlot(sheet.named)};
    plots.erase(std::remove_if(plots.begin(), plots.end(), [](const IntervalPlot& plot) { return plot.rows.empty(); }), plots.end());
    // Two columns: an odd one out gives way to the tail, which the table of the board also holds.
    if (plots.size() % 2 == 1) {
        const auto tail = plots.begin() + (plots.size() == 5 ? 2 : 1);
        addTail(plots.front(), sheet.named);
        plots.erase(tail);
    }
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const double x = kMargin + (i % 2) * (kColumn + kColumnGap);
        const double height = layoutOf(plots[i], kColumn).height;
        if (painter != nullptr) {
            paintIntervals(*painter, QRectF(x, y, kColumn, height), plots[i], theme);
        }
        if (i % 2 == 1) {
            y += height + kBlockGap;
        }
    }
    return y;
}

double paintFoot(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    if (painter != nullptr) {
        painter->setPen(QPen(theme.line, 1));
        painter->drawLine(QPointF(kMargin, y + 0.5), QPointF(kSheetWidth - kMargin, y + 0.5));
    }
    y += 10;
    QFont mono = monoFont();
    mono.setPixelSize(11);
    for (const QString& line : sheet.footer) {
        y += paintRich(painter, kMargin, y, kInner, line.toHtmlEscaped(), mono, theme.text2) + 3;
    }
    return y;
}

}  // namespace

double paintSheet(QPainter* painter, const Sheet& sheet, const Theme& theme) {
    if (painter != nullptr) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->fillRect(QRectF(0, 0, kSheetWidth, paintSheet(nullptr, sheet, theme)), theme.window);
    }
    double y = paintHead(painter, 28, sheet, theme) + 16;
    y = paintVerdict(painter, y, sheet, theme) + 24;
    y = paintPlots(painter, y, sheet, theme);
    const double answersLeft = kMargin + 730;
    const double time = paintTime(painter, QRectF(kMargin, y, 680, 0), sheet, theme);
    const double answers = paintAnswers(painter, QRectF(time > 0 ? answersLeft : kMargin, y, kSheetWidth - kMargin - answersLeft, 0), sheet, theme);
    if (time + answers > 0) {
        y += std::max(time, answers) + kBlockGap;
    }
    return std::ceil(paintFoot(painter, y, sheet, theme) + 20);
}

Picture sheetPicture(const Sheet& sheet) {
    Picture picture;
    picture.size = QSizeF(kSheetWidth, paintSheet(nullptr, sheet, Theme::light()));
    picture.title = QString::fromStdString(sheet.verdict.title);
    picture.description = QString::fromStdString(sheet.verdict.text);
    picture.notes = {{QStringLiteral("Source"), sheet.subtitle}, {QStringLiteral("Comment"), sheet.footer.join(QLatin1Char('\n'))}};
    picture.paint = [sheet](QPainter& painter) { paintSheet(&painter, sheet, Theme::light()); };
    return picture;
}

}  // namespace vernier::ui
