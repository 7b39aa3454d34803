// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace vernier {

/// What was asked of the runtime: the cost of a piece of work where no clock can be trusted.
struct RuntimeUse {
    std::uint64_t sessions = 0;  ///< opened, those for a look at a graph included
    std::uint64_t runs = 0;
    [[nodiscard]] RuntimeUse operator-(const RuntimeUse& before) const { return {sessions - before.sessions, runs - before.runs}; }
};
/// By this process so far.
[[nodiscard]] RuntimeUse runtime_use();

}  // namespace vernier
