// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string>

namespace vernier::ui {

/// A text of the core as the window says it: what vernier-cli does by an option is done in a panel or a dialog here.
[[nodiscard]] QString windowWords(const QString& text);
[[nodiscard]] inline QString windowWords(const std::string& text) { return windowWords(QString::fromStdString(text)); }

}  // namespace vernier::ui
