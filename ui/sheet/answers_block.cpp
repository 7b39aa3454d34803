// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QPainter>

#include "core/report/format.h"
#include "ui/sheet/blocks.h"
#include "ui/sheet/sheet_text.h"

namespace vernier::ui {

namespace {

constexpr double kTop = 28, kCellWidth = 112, kCellHeight = 54;

QString tr(const char* words) { return QCoreApplication::translate("Sheet", words); }

/// What a cell of the two by two says.
struct Count {
    std::uint64_t samples = 0;
    QString words;
    QColor colour;
};

void paintCell(QPainter& painter, const QRectF& cell, const Count& count, const Theme& theme) {
    painter.setPen(QPen(theme.line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cell);
    const QString number = QString::fromStdString(grouped(count.samples));
    const QFont large = sheetFont(18, true), small = sheetFont(11);
    const double x = cell.center().x();
    paintLine(painter, {x - QFontMetricsF(large).horizontalAdvance(number) / 2, cell.top() + 26}, cell.width(), number, {large, count.colour});
    paintLine(painter, {x - QFontMetricsF(small).horizontalAdvance(count.words) / 2, cell.top() + 43}, cell.width(), count.words, {small, theme.text2});
}

void paintCells(QPainter& painter, const QPointF& corner, const Flips& flips, const Theme& theme) {
    const auto cell = [&](int column, int row) { return QRectF(corner.x() + column * kCellWidth, corner.y() + row * kCellHeight, kCellWidth, kCellHeight); };
    paintCell(painter, cell(0, 0), {flips.right_both, tr("right in both"), theme.text}, theme);
    paintCell(painter, cell(1, 0), {flips.lost, tr("lost"), theme.ink(theme.method(u"int4"))}, theme);
    paintCell(painter, cell(0, 1), {flips.gained, tr("gained"), theme.ink(QColor(0x0072b2))}, theme);
    paintCell(painter, cell(1, 1), {flips.wrong_both, tr("wrong in both"), theme.text}, theme);
}

}  // namespace

double paintAnswers(QPainter* painter, const QRectF& place, const Sheet& sheet, const Theme& theme) {
    if (sheet.named.best < 0 || sheet.named.comparison.baseline.measurement.samples == 0) {
        return 0;
    }
    const CandidateComparison& candidate = sheet.named.comparison.candidates[std::size_t(sheet.named.best)];
    const bool labels = candidate.flips.samples() > 0;
    const double cells = labels ? 2 * kCellHeight + 6 : 0;
    if (painter != nullptr) {
        paintLine(*painter, {place.left(), place.top() + 14}, place.width(),
                  (labels ? tr("Answers that changed (%1 samples)") : tr("Outputs (%1 samples)"))
                      .arg(QString::fromStdString(grouped(sheet.named.comparison.baseline.measurement.samples))),
                  {sheetFont(13, true), theme.text});
        if (labels) {
            paintCells(*painter, QPointF(place.left() + 0.5, place.top() + kTop + 0.5), candidate.flips, theme);
        }
        const double y = place.top() + kTop + cells + 16;
        QStringList lines;
        if (candidate.agreement) {
            lines << tr("agreement with the baseline: %1 %").arg(QString::fromStdString(significant(*candidate.agreement, 4)));
        }
        if (!candidate.measurement.outputs.empty()) {
            const OutputFigures& worst = candidate.measurement.outputs.front();
            lines << tr("worst output %1: %2").arg(QString::fromStdString(worst.name), QString::fromStdString(text_of(worst)));
        }
        for (qsizetype i = 0; i < lines.size(); ++i) {
            paintLine(*painter, {place.left(), y + 19 * double(i)}, place.width(), lines[i], {sheetFont(12), theme.text2});
        }
    }
    return kTop + cells + 44;
}

}  // namespace vernier::ui
