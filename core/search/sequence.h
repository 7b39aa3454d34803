// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace vernier {

/// A recipe that may be tried on report samples.
struct ReportStep {
    std::size_t index = 0;  ///< by which the caller knows it
    double error = 0;
    double saving = 0;  ///< ms, if it passes
    double chance = 0;  ///< that it does
};

/// The order in which recipes are reported, the least error first; the first that does not pass ends it.
struct ReportSequence {
    std::vector<std::size_t> points = {};  ///< their indices
    double worth = 0;                      ///< expected saving of the fastest that passes, less the cost of reports, ms
};

/// What reports may cost.
struct ReportCost {
    std::size_t most = 0;  ///< reports
    double each = 0;       ///< the saving that each beyond the first must bring, ms
    double found = 0;      ///< what it is worth that any passes, beside what that one saves, ms
};

/// The sequence of which most is to be expected: each step is faster and loses more than the one before it. A sequence that is fixed before the
/// first report lets each step be judged at the whole level, and still all of them together keep it (fixed-sequence testing: Maurer,
/// Hothorn and Lehmacher 1995; Westfall and Krishen 2001).
[[nodiscard]] ReportSequence best_sequence(std::vector<ReportStep> steps, const ReportCost& cost);

}  // namespace vernier
