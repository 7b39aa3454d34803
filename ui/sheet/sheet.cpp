// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sheet/sheet.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "core/report/figure_text.h"
#include "ui/sheet/blocks.h"
#include "ui/sheet/sheet_text.h"

namespace vernier::ui {

namespace {

constexpr double kMargin = 36, kColumnGap = 40, kBlockGap = 30;
constexpr double kColumn = (kSheetWidth - 2 * kMargin - kColumnGap) / 2;
constexpr double kInner = kSheetWidth - 2 * kMargin;

QString text(std::string_view words) { return QString::fromUtf8(words.data(), qsizetype(words.size())); }

double paintHead(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    const QString title = QString::fromStdString(sheet.verdict.title).toHtmlEscaped();
    y += paintRich(painter, {kMargin, y}, kInner, title, {sheetFont(22, true), theme.text}) + 3;
    return y + paintRich(painter, {kMargin, y}, kInner, sheet.subtitle.toHtmlEscaped(), {sheetFont(12), theme.text2});
}

double paintVerdict(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    const QString html =
        QStringLiteral("<p style='line-height:135%; margin:0'><b>%1:</b> %2</p>")
            .arg(QString::fromStdString(sheet.verdict.opening).toHtmlEscaped(), QString::fromStdString(sheet.verdict.sentences).toHtmlEscaped());
    const double width = kInner - 40, top = y + 9;
    const double height = paintRich(nullptr, {0, 0}, width, html, {sheetFont(13), theme.text});
    if (painter != nullptr) {
        const QColor colour = !sheet.verdict.worth ? theme.warn : *sheet.verdict.worth ? theme.method(u"int8-static") : theme.bad;
        painter->fillRect(QRectF(kMargin, y, kInner, height + 16), mixed(colour, theme.window, theme.dark ? 0.14 : 0.07));
        painter->fillRect(QRectF(kMargin, y, 4, height + 16), colour);
        paintRich(painter, {kMargin + 20, top}, width, html, {sheetFont(13), theme.text});
    }
    y += height + 16;
    for (const QString& warning : sheet.warnings) {
        y += 6 + paintRich(painter, {kMargin + 20, y + 6}, width, QStringLiteral("⚠ ") + warning.toHtmlEscaped(), {sheetFont(12), theme.text2});
    }
    return y;
}

/// Another figure of the same family as one more column of numbers.
void addColumn(IntervalPlot& plot, const Figure& more, const NamedComparison& named) {
    const Figure& first = figure(plot.figure.toStdString());
    plot.title = QCoreApplication::translate("Sheet", "%1 and %2, %3").arg(text(first.title), text(more.column), text(first.unit));
    const TrialViews trials = views_of(named.comparison);
    qsizetype longest = 0;
    for (const IntervalRow& row : plot.rows) {
        longest = std::max(longest, row.text.size());
    }
    for (std::size_t i = 0; i < plot.rows.size(); ++i) {
        plot.rows[i].text = plot.rows[i].text.leftJustified(longest + 2) + QString::fromStdString(value_text(more, trials[i]));
    }
}

/// Two columns: an odd one out of the first plot's family becomes a column of it, since the table of the board holds it, too.
void makeEven(std::vector<IntervalPlot>& plots, const NamedComparison& named) {
    if (plots.size() % 2 == 0) {
        return;
    }
    const Figure& first = figure(plots.front().figure.toStdString());
    const auto kin = std::find_if(plots.begin() + 1, plots.end(),
                                  [&](const IntervalPlot& plot) { return !first.family.empty() && figure(plot.figure.toStdString()).family == first.family; });
    if (kin != plots.end()) {
        addColumn(plots.front(), figure(kin->figure.toStdString()), named);
        plots.erase(kin);
    }
}

double paintPlots(QPainter* painter, double y, const Sheet& sheet, const Theme& theme) {
    std::vector<IntervalPlot> plots = comparisonPlots(sheet.named, in_sheet_chart);
    makeEven(plots, sheet.named);
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const double x = kMargin + (i % 2) * (kColumn + kColumnGap);
        const double height = layoutOf(plots[i], kColumn).height;
        if (painter != nullptr) {
            paintIntervals(*painter, QRectF(x, y, kColumn, height), plots[i], theme);
        }
        if (i % 2 == 1 || i + 1 == plots.size()) {
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
        y += paintRich(painter, {kMargin, y}, kInner, line.toHtmlEscaped(), {mono, theme.text2}) + 3;
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
    const double curves = paintCurves(painter, QRectF(kMargin, y, kColumn, 0), sheet, theme);
    const double executed = paintExecuted(painter, QRectF(curves > 0 ? kMargin + kColumn + kColumnGap : kMargin, y, kColumn, 0), sheet, theme);
    if (curves + executed > 0) {
        y += std::max(curves, executed) + kBlockGap;
    }
    const double answersLeft = kMargin + 730;
    const double time = paintTime(painter, QRectF(kMargin, y, 680, 0), sheet, theme);
    const double answers = paintAnswers(painter, QRectF(time > 0 ? answersLeft : kMargin, y, kSheetWidth - kMargin - answersLeft, 0), sheet, theme);
    if (time + answers > 0) {
        y += std::max(time, answers) + kBlockGap;
    }
    return std::ceil(paintFoot(painter, y, sheet, theme) + 20);
}

Picture sheetPicture(const Sheet& sheet, const Theme& theme) {
    Picture picture;
    picture.size = QSizeF(kSheetWidth, paintSheet(nullptr, sheet, theme));
    picture.title = QString::fromStdString(sheet.verdict.title);
    picture.description = QString::fromStdString(sheet.verdict.text);
    picture.notes = {{QStringLiteral("Source"), sheet.subtitle}, {QStringLiteral("Comment"), sheet.footer.join(QLatin1Char('\n'))}};
    picture.paint = [sheet, theme](QPainter& painter) { paintSheet(&painter, sheet, theme); };
    return picture;
}

}  // namespace vernier::ui
