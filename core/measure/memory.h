// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace vernier {

/// How much resident memory a stretch of work added at its peak, over what was resident at its begin.
/// Resets the kernel's high-water mark of this process; 0 where the kernel does not let it.
class PeakMemory {
public:
    PeakMemory();
    [[nodiscard]] std::uint64_t added_bytes() const;

private:
    std::uint64_t before_ = 0;
    bool known_ = false;
};

}  // namespace vernier
