// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/paired.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr std::size_t kFewestPairs = 3;

double block_quantile(std::vector<double> block, double p) {
    std::sort(block.begin(), block.end());
    return quantile_sorted(block, p);
}

/// The log ratios of a launch's rounds.
std::vector<double> round_logs(const Launch& above, const Launch& below, double p) {
    std::vector<double> logs;
    for (std::size_t round = 0; round < std::min(above.blocks.size(), below.blocks.size()); ++round) {
        if (above.blocks[round].empty() || below.blocks[round].empty()) continue;
        const double one = block_quantile(above.blocks[round], p);
        const double other = block_quantile(below.blocks[round], p);
        if (one > 0 && other > 0) logs.push_back(std::log(one / other));
    }
    return logs;
}

}  // namespace

std::optional<PairedRatio> ratio_of_logs(const std::vector<double>& logs) {
    if (logs.size() < kFewestPairs) return std::nullopt;
    const MeanInterval usual = mean_t_interval(logs, 0.95);
    const Interval claim = mean_t_interval(logs, 0.99).interval;
    return PairedRatio{std::exp(usual.mean), {std::exp(usual.interval.lo), std::exp(usual.interval.hi)}, claim.lo > 0 || claim.hi < 0};
}

std::optional<PairedRatio> paired_ratio(const std::vector<Launch>& above, const std::vector<Launch>& below, const LaunchFigure& figure) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i) {
        const auto one = figure(above[i]), other = figure(below[i]);
        if (one && other && *one > 0 && *other > 0) logs.push_back(std::log(*one / *other));
    }
    return ratio_of_logs(logs);
}

std::optional<PairedRatio> paired_blocks(const std::vector<Launch>& above, const std::vector<Launch>& below, double p) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i)
        if (const std::vector<double> rounds = round_logs(above[i], below[i], p); !rounds.empty()) logs.push_back(median(rounds));
    return ratio_of_logs(logs);
}

}  // namespace vernier
