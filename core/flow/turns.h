// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/json.h"
#include "core/flow/time_ratio.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Times bound sessions of one thread in turns, by processor time, round by round: one value is the smallest of a few runs.
/// Ends when the seconds (of processor time) are over, but not before three rounds unless they take very long, or when it is clear
/// on which side of each line the files are (is_clear).
[[nodiscard]] std::vector<Rounds> rounds_in_turns(const std::vector<Session*>& sessions, double seconds, const std::vector<TimeLine>& lines);

[[nodiscard]] Json to_json(const TimeLine& line);
[[nodiscard]] TimeLine time_line_from_json(const Json& json);

}  // namespace vernier
