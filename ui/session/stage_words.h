// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace vernier::ui {

/// What vernier-cli calls a stage of its work, in words for the window; nothing for a name that is not known.
[[nodiscard]] std::optional<QString> stageWords(const QString& stage);

}  // namespace vernier::ui
