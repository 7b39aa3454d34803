// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/evidence/compare.h"

namespace vernier {

/// Adds a limit that is written as text:
///   p99<=20, wer<=8, top1>=90        the figure itself, in its unit (p99_ms is the same as p99)
///   macro_f1 drop<=0.5, ece rise<=2  how far it may be below or above the baseline's
///   p90 ratio>=1.2, size ratio<=0.5  of the baseline's; times the other way round: times as fast
/// What one of the gate's other fields says goes there: "top1 drop<=0.5" is its max_drop_points. With any_name the figure
/// may also be a metric that a metric command will name. Throws Error{usage}, for a limit that nothing can pass or fail too
/// (limit_range.h).
void add_limit(Gate& gate, std::string_view text, bool any_name = false);

/// "macro_f1 drop<=0.5": what add_limit reads.
[[nodiscard]] std::string text_of(const GateLimit& limit);

}  // namespace vernier
