// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QItemSelection>

#include <vector>

class QTableView;

namespace vernier::ui {

/// The look and the ways of a table whose rows stand for nodes: whole rows are selected, badges for methods, names that take the room that
/// is left and are cut where they differ.
void makeRowTable(QTableView& table, int nameColumn, int methodColumn);

constexpr qsizetype kMostRanges = 1000;  ///< of rows that a view selects: the time grows with their square

/// Rising rows of a model, neighbours as one range; it ends with the first range above kMostRanges.
[[nodiscard]] QItemSelection rangesOf(const QAbstractItemModel& model, const std::vector<int>& rows);

/// The selected rows, in the order in which they were selected.
[[nodiscard]] std::vector<int> selectedRows(const QTableView& table);

}  // namespace vernier::ui
