// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

namespace vernier {
namespace {

/// A line of /proc/self/status in bytes ("VmHWM:  1234 kB").
std::uint64_t status_bytes(const std::string& key) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::uint64_t kilobytes = 0;
        if (word == key && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

}  // namespace

PeakMemory::PeakMemory() {
    ::malloc_trim(0);  // what earlier work freed must not hide what this work needs
    std::ofstream reset("/proc/self/clear_refs");
    reset << "5";
    reset.close();
    known_ = !reset.fail();
    before_ = status_bytes("VmRSS:");
}

std::uint64_t PeakMemory::added_bytes() const {
    const std::uint64_t peak = status_bytes("VmHWM:");
    return known_ && peak > before_ ? peak - before_ : 0;
}

}  // namespace vernier
