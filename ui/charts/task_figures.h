// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/evidence/figures.h"

namespace vernier::ui {

/// The figures by which answers of this task are judged first ("mAP", "boxes that lie on the baseline's"), at most so many: those that are
/// told, in the order of the table. None for classes, whose figures have places of their own, and where no task is known.
[[nodiscard]] std::vector<const Figure*> taskFigures(const TrialViews& trials, std::size_t most);

/// The columns of a place, with the first figures of the task in front of what stands in the slot "answers".
[[nodiscard]] std::vector<const Figure*> columnsWithTask(Place place, const TrialViews& trials, std::size_t most);

/// The same of charts.
[[nodiscard]] std::vector<const Figure*> chartsWithTask(Place place, const TrialViews& trials, std::size_t most);

}  // namespace vernier::ui
