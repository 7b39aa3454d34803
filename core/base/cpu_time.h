// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace vernier {

/// Processor seconds so far. What other processes take is not counted, so that a bound in them holds on a busy machine too.
[[nodiscard]] double thread_cpu_seconds();
/// Of all threads of this process.
[[nodiscard]] double process_cpu_seconds();
/// Of a child that has not been waited for; 0 where it is not there.
[[nodiscard]] double process_cpu_seconds(pid_t child);

}  // namespace vernier
