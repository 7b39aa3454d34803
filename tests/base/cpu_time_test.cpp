// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/cpu_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace vernier::test {
namespace {

void work(double seconds) {
    for (const double end = thread_cpu_seconds() + seconds; thread_cpu_seconds() < end;) {
    }
}

TEST(CpuTime, PassesWhileWorkIsDoneAndNotWhileAThreadWaits) {
    const double before = thread_cpu_seconds();
    work(0.02);
    EXPECT_GE(thread_cpu_seconds() - before, 0.02);
    const double waiting = thread_cpu_seconds();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_LT(thread_cpu_seconds() - waiting, 0.05);
}

TEST(CpuTime, OfTheProcessHoldsThatOfItsThreads) {
    const double process = process_cpu_seconds(), mine = thread_cpu_seconds();
    std::thread(work, 0.05).join();
    EXPECT_GE(process_cpu_seconds() - process, 0.05);
    EXPECT_LT(thread_cpu_seconds() - mine, 0.04);
}

TEST(CpuTime, OfNoChildIsZero) { EXPECT_EQ(process_cpu_seconds(-1), 0); }

}  // namespace
}  // namespace vernier::test
