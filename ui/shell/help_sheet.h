// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace vernier::ui {

/// Every command with its keys, from the table of actions, and what the mouse does in the graph.
[[nodiscard]] QString helpHtml();
void showHelpSheet(QWidget* parent);

}  // namespace vernier::ui
