// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace vernier::ui {

/// What vernier-cli calls a stage of its work, in words for the window; nothing for a name that is not known.
[[nodiscard]] std::optional<QString> stageWords(const QString& stage);

/// All stages that have words.
[[nodiscard]] QStringList stagesWithWords();

/// How far a stage is, 0 to 1; a total of 0 is not known and says 0.
[[nodiscard]] double partOfStage(quint64 done, quint64 total);
/// How much of a command ("quantize") is done over all of its stages, when so much of this one is. begun: how much was when the
/// stage began. Full at the end only.
[[nodiscard]] double shareOfCommand(const QString& command, const QString& stage, double part, double begun);
/// What begun was, of a stage for which this gave the share reached.
[[nodiscard]] double begunAt(double reached, double part);

}  // namespace vernier::ui
