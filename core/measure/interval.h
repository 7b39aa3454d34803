// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier {

struct Interval {
    double lo = 0, hi = 0;
    bool operator==(const Interval&) const = default;
};

}  // namespace vernier
