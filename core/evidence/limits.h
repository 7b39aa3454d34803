// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/figures.h"

namespace vernier {

/// True when Gate::limits can hold a figure: it is held against the baseline, or stands only against it, and has no limit of its own.
[[nodiscard]] bool can_limit(const Figure& figure);
/// Ids of these figures: "size, session_start, p50, ...".
[[nodiscard]] std::string limit_names();

/// True when the bound is the least that passes (ratios of times, points, agreement), false when it is the most (ratios of
/// sizes and memory, errors).
[[nodiscard]] bool is_least(const Figure& figure);

/// Judges a figure of a candidate against a bound on its ratio or points, or on the value of one that stands only against the
/// baseline: passed when the whole 95 % interval is on the right side, failed when it is on the wrong side, else inconclusive, as
/// is what is not known. An output that is missing, or not finite where the baseline's is, fails a limit on outputs.
[[nodiscard]] GateLine judge_figure(const Figure& figure, const TrialView& trial, double bound);

/// Judges a limit on a figure itself, on its drop or its rise, in the same way. A figure whose interval should be there but is not is
/// inconclusive.
[[nodiscard]] GateLine judge_limit(const GateLimit& limit, const TrialView& trial);

}  // namespace vernier
