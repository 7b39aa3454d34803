// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/evidence/figures.h"

namespace vernier {

/// So large a share of runs (0 to 1) takes no longer than so many ms.
struct CurvePoint {
    double ms = 0, share = 0;
};

/// The empirical distribution of a model's warm runs.
struct LatencyCurve {
    std::size_t trial = 0;  ///< its place among the views of the comparison: 0 is the baseline
    std::vector<CurvePoint> points;
};

/// All models on one axis, which ends where the slowest of them has 99 % of its runs, or at three times its middle run: a single slow run, or
/// the waits of a busy machine, would take all the room.
struct LatencyCurves {
    std::vector<LatencyCurve> curves;  ///< of models with at least two different runs
    double lo = 0, hi = 1;
    bool cut = false;  ///< there are runs beyond the end
};
[[nodiscard]] LatencyCurves latency_curves(const TrialViews& trials);

/// Round numbers inside an axis: four to ten of them, in steps of 1, 2 or 5 times a power of ten.
[[nodiscard]] std::vector<double> round_ticks(double lo, double hi);

/// "Latency of all warm runs, ms".
[[nodiscard]] std::string curves_title();
/// What one has to know to read it: "share of runs that take no longer; the slowest runs are left out".
[[nodiscard]] std::string curves_note(const LatencyCurves& curves);

}  // namespace vernier
