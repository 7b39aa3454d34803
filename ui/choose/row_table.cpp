// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/choose/row_table.h"

#include <QHeaderView>
#include <QTableView>

#include <cstddef>

#include "ui/choose/badge.h"
#include "ui/choose/name_delegate.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

void makeRowTable(QTableView& table, int nameColumn, int methodColumn) {
    table.setItemDelegateForColumn(methodColumn, new BadgeDelegate(&table));
    table.setItemDelegateForColumn(nameColumn, new NameDelegate(&table));
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::ExtendedSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setTextElideMode(Qt::ElideMiddle);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.setTabKeyNavigation(false);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + 9);
    QHeaderView& header = *table.horizontalHeader();
    header.setHighlightSections(false);
    // It asks of every column whether all of its rows are selected, which takes seconds for thousands of them.
    header.setSelectionModel(new QItemSelectionModel(table.model(), &header));
    header.setFont(labelFont());
    header.setStretchLastSection(false);
    header.setMinimumSectionSize(28);
    header.setSectionResizeMode(nameColumn, QHeaderView::Stretch);
}

QItemSelection rangesOf(const QAbstractItemModel& model, const std::vector<int>& rows) {
    QItemSelection selection;
    for (std::size_t first = 0, last = 0; first < rows.size() && selection.size() <= kMostRanges; first = ++last) {
        while (last + 1 < rows.size() && rows[last + 1] == rows[last] + 1) {
            ++last;
        }
        selection << QItemSelectionRange(model.index(rows[first], 0), model.index(rows[last], model.columnCount() - 1));
    }
    return selection;
}

std::vector<int> selectedRows(const QTableView& table) {
    std::vector<int> rows;
    for (const QItemSelectionRange& range : table.selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            rows.push_back(row);
        }
    }
    return rows;
}

}  // namespace vernier::ui
