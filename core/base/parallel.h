// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace vernier {

/// Calls work(i) for i in [0, count) on up to threads threads (0 = all processors) and waits for all of them.
/// The first exception that a call throws is thrown again here; calls not yet begun are then dropped.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace vernier
