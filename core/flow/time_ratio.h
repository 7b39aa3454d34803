// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/measure/interval.h"

namespace vernier {

/// Milliseconds (processor time) of one run of a file, one value a round. Files that are timed together run in turns, so that round i of each
/// saw the same machine.
using Rounds = std::vector<double>;

/// How many times as long as another file one run takes.
struct TimeRatio {
    double ratio = 1;
    Interval interval{1, 1};  ///< 95 %, of this process
};

/// above over below from pairs: the median of the rounds' ratios, and the interval of its order statistics. With fewer than
/// three rounds (very slow models) the interval is 25 % wide to each side.
[[nodiscard]] TimeRatio time_ratio(const Rounds& above, const Rounds& below);

/// A question that timing files together answers: whether file `above` takes more or less than `ratio` times as long as `below`
/// (numbers of files).
struct TimeLine {
    std::size_t above = 0, below = 0;
    double ratio = 1;
};

/// There are at least six rounds, and the interval of each line's ratio lies on one side of it. Where the true ratio is the line
/// itself, either answer is right; where two of three rounds lie on the true side, asking after each round goes wrong in 1 of 64
/// cases at most, however long the timing may go on: the wrong side must lead by six. Never without lines.
[[nodiscard]] bool is_clear(const std::vector<Rounds>& files, const std::vector<TimeLine>& lines);

}  // namespace vernier
