// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/copy_rows.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QStringList>
#include <QTableView>

#include <set>

#include "ui/choose/badge.h"

namespace vernier::ui {

namespace {

QString cellText(const QModelIndex& index) {
    const QVariant method = index.data(MethodRole);
    QStringList words;
    if (method.isValid()) {
        const std::string_view title = row(static_cast<Method>(method.toInt())).title;
        words << QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
    }
    const QString shown = index.data(Qt::DisplayRole).toString();
    if (!shown.isEmpty()) {
        words << shown;
    }
    return words.join(QLatin1Char(' ')).replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

}  // namespace

QString rowsText(const QTableView& table) {
    const QAbstractItemModel& model = *table.model();
    std::set<int> rows;
    for (const QItemSelectionRange& range : table.selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            rows.insert(row);
        }
    }
    if (rows.empty()) {
        return {};
    }
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column) {
        if (!table.isColumnHidden(column)) {
            cells << model.headerData(column, Qt::Horizontal).toString();
        }
    }
    lines << cells.join(QLatin1Char('\t'));
    for (const int row : rows) {
        cells.clear();
        for (int column = 0; column < model.columnCount(); ++column) {
            if (!table.isColumnHidden(column)) {
                cells << cellText(model.index(row, column));
            }
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

bool copyRows(const QTableView& table, const QKeyEvent& event) {
    const QString text = event.matches(QKeySequence::Copy) ? rowsText(table) : QString();
    if (text.isEmpty()) {
        return false;
    }
    QGuiApplication::clipboard()->setText(text);
    return true;
}

}  // namespace vernier::ui
