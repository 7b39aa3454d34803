// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace vernier {

/// The processors that this process may use.
[[nodiscard]] std::vector<int> usable_processors();

/// Moves every thread of this process to these processors; false when the system does not allow it. Nothing for none.
bool pin_process(const std::vector<int>& cpus);

/// Sets of processors that take turns: one each for one thread, neighbours for several, all of them together when threads is
/// 0 (as many as there are) or more than half of them.
[[nodiscard]] std::vector<std::vector<int>> processor_sets(const std::vector<int>& usable, int threads);

}  // namespace vernier
