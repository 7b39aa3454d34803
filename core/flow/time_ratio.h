// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/measure/interval.h"

namespace vernier {

/// Milliseconds (processor time) of one run of a file, one value a round. Files that are timed together run in turns, so that round i of each
/// saw the same machine.
using Rounds = std::vector<double>;

/// How many times as long as another file one run takes.
struct TimeRatio {
    double ratio = 1;
    Interval interval{1, 1};   ///< 95 %, of this process
};

/// above over below from pairs: the median of the rounds' ratios, and the interval of its order statistics. With fewer than
/// three rounds (very slow models) the interval is 25 % wide to each side.
[[nodiscard]] TimeRatio time_ratio(const Rounds& above, const Rounds& below);

}  // namespace vernier
