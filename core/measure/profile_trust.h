// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier {

/// A profile is of other runs than those that were measured, and its times are scaled to theirs. What differs by more than this many times
/// in either direction was profiled or measured while the machine did something else: its shares are no evidence.
inline constexpr double kMostProfileFactor = 3;

/// Both in ms of one run. True where one of them is not known: there is nothing to doubt then.
[[nodiscard]] inline bool is_trusted_profile(double profiled_ms, double measured_ms) {
    if (!(profiled_ms > 0) || !(measured_ms > 0)) return true;
    return profiled_ms <= kMostProfileFactor * measured_ms && measured_ms <= kMostProfileFactor * profiled_ms;
}

}  // namespace vernier
