// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/cpu_time.h"

#include <time.h>

namespace vernier {
namespace {

double seconds_of(clockid_t clock) {
    timespec now{};
    if (::clock_gettime(clock, &now) != 0) return 0;
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

double process_cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

double process_cpu_seconds(pid_t child) {
    clockid_t clock{};
    return child > 0 && ::clock_getcpuclockid(child, &clock) == 0 ? seconds_of(clock) : 0;
}

}  // namespace vernier
