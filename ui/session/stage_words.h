// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace vernier::ui {

/// What vernier-cli calls a stage of its work, in words for the window; nothing for a name that is not known.
[[nodiscard]] std::optional<QString> stageWords(const QString& stage);

/// How much of its command is done, 0 to 1, over all of its stages; never less than what was reached before.
[[nodiscard]] double shareOfCommand(const QString& stage, quint64 done, quint64 total, double before);

}  // namespace vernier::ui
