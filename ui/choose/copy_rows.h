// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QKeyEvent;
class QTableView;

namespace vernier::ui {

/// The selected rows with the header above them, cells divided by tabs: what a spreadsheet takes. Hidden columns are left
/// out, badges are words. Empty when no row is selected.
[[nodiscard]] QString rowsText(const QTableView& table);

/// Puts the selected rows on the clipboard when the key asks for it (a view by itself copies one cell).
bool copyRows(const QTableView& table, const QKeyEvent& event);

}  // namespace vernier::ui
