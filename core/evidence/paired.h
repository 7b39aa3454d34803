// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// How a figure of one model stands to that of another, from launches that ran side by side. The ratio is always inside the
/// interval, since one estimator gives both.
struct PairedRatio {
    double ratio = 1;
    Interval interval{1, 1};  ///< 95 %
    bool differs = false;     ///< the 99 % interval leaves out 1 too: most readers look at many figures at once
};

/// A figure of one launch; nothing where the launch has none.
using LaunchFigure = std::function<std::optional<double>(const Launch&)>;

/// above over below: t over the logarithms of the launches' ratios. Nothing with fewer than 3 pairs.
[[nodiscard]] std::optional<PairedRatio> paired_ratio(const std::vector<Launch>& above, const std::vector<Launch>& below, const LaunchFigure& figure);

/// above over below of the blocks' quantile p: in each launch the median over rounds of the blocks' log ratios, which a change
/// of the machine's speed in mid-launch does not move; then t over launches.
[[nodiscard]] std::optional<PairedRatio> paired_blocks(const std::vector<Launch>& above, const std::vector<Launch>& below, double p);

/// From one value for each pair of launches: the logarithm of a ratio.
[[nodiscard]] std::optional<PairedRatio> ratio_of_logs(const std::vector<double>& logs);

}  // namespace vernier
