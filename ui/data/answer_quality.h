// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/evidence/tasks/kind.h"
#include "ui/data/answer_pairs.h"

namespace vernier::ui {

/// How good an answer to one sample is, by the record that the metrics of its task are made of.
struct Quality {
    double value = 0;    ///< more is better; percent for most tasks
    bool right = false;  ///< nothing is wrong with it
    QString words = {};  ///< "2 of 3 found, 1 too many"
};

/// True for tasks whose answers are not right or wrong, but more or less good.
[[nodiscard]] bool isGraded(Task task);
/// From which difference on one answer is better than another one whose value this is: 1 point of IoU, 0.1 dB, 1 % of an error.
[[nodiscard]] double muchOf(Task task, double value);

[[nodiscard]] Quality qualityOf(Task task, const SampleRecord& held);
/// Of the later answer of a pair as far as it is the earlier one.
[[nodiscard]] Quality likeness(const TaskKind& kind, const AnswerPair& pair, const Reading& reading);
/// A text as it is, else what is to be said of an answer.
[[nodiscard]] QString textOf(const SampleTarget& answer, const Quality& quality);

}  // namespace vernier::ui
