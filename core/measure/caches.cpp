// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/caches.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vernier {
namespace {

constexpr std::size_t kSmallest = std::size_t{8} << 20;
constexpr std::size_t kLargest = std::size_t{256} << 20;
constexpr std::size_t kLine = 64;

std::size_t last_level_bytes() {
    std::size_t most = 0;
    for (const int level : {_SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL4_CACHE_SIZE})
        most = std::max(most, static_cast<std::size_t>(std::max(0L, ::sysconf(level))));
    return most;
}

}  // namespace

void fill_caches() {
    // Twice the cache, since its lines are not replaced in strict order.
    static std::vector<unsigned char> buffer(std::clamp(2 * last_level_bytes(), kSmallest, kLargest));
    for (std::size_t at = 0; at < buffer.size(); at += kLine) {
        volatile unsigned char& line = buffer[at];
        line = static_cast<unsigned char>(line + 1);
    }
}

}  // namespace vernier
