// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evidence/limit_forms.h"
#include "core/measure/statistics.h"

namespace vernier {

/// The values that a limit of this form is held against can have, whatever is measured. Both ends are possible, but the 0 of times, sizes and
/// ratios: nothing runs in no time. A metric of a command may have any value.
[[nodiscard]] Interval possible_range(const LimitForm& form);

/// Throws Error{usage} for a limit that nothing can pass, or that nothing can fail: it would decide without looking.
void check_limit(const SetLimit& limit);
/// The same of all limits of a gate.
void check_limits(const Gate& gate);

}  // namespace vernier
