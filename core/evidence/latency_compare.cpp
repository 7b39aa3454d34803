// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/latency_compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/measure/latency.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

std::vector<double> warm_runs(const Launch& launch) {
    std::vector<double> all;
    for (const auto& block : launch.blocks) all.insert(all.end(), block.begin(), block.end());
    return all;
}

std::optional<double> mean_run(const Launch& launch) {
    const std::vector<double> all = warm_runs(launch);
    if (all.empty()) return std::nullopt;
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

LaunchFigure percentile(double p) {
    return [p](const Launch& launch) -> std::optional<double> {
        std::vector<double> all = warm_runs(launch);
        if (all.empty()) return std::nullopt;
        std::sort(all.begin(), all.end());
        return quantile_sorted(all, p);
    };
}

/// In each launch the median over its pauses of the log ratios of the two calls that ran side by side; then t over launches.
std::optional<PairedRatio> compare_after_pause(const std::vector<Launch>& before, const std::vector<Launch>& after) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
        const std::vector<double>&one = before[i].after_pause_ms, &other = after[i].after_pause_ms;
        std::vector<double> pauses;
        for (std::size_t pause = 0; pause < std::min(one.size(), other.size()); ++pause)
            if (one[pause] > 0 && other[pause] > 0) pauses.push_back(std::log(one[pause] / other[pause]));
        if (!pauses.empty()) logs.push_back(median(pauses));
    }
    return ratio_of_logs(logs);
}

/// The download belongs to the file, not to a launch, so it is added to each side before the ratio is taken.
std::optional<PairedRatio> compare_cold_start(const Measurement& baseline, const Measurement& candidate) {
    const auto& before = baseline.latency.launches;
    const auto& after = candidate.latency.launches;
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
        const double one = download_ms(baseline.size_bytes) + before[i].session_start_ms + before[i].first_run_ms;
        const double other = download_ms(candidate.size_bytes) + after[i].session_start_ms + after[i].first_run_ms;
        if (one > 0 && other > 0) logs.push_back(std::log(one / other));
    }
    return ratio_of_logs(logs);
}

/// Linux counts a process's pages by threads, which report up to 64 pages late each: what differs by less is no difference.
constexpr double kMemoryResolution = 64 * 4096;

std::optional<double> peak_of(const Launch& launch) { return static_cast<double>(launch.peak_rss_bytes); }

std::optional<PairedRatio> compare_memory(const std::vector<Launch>& before, const std::vector<Launch>& after) {
    std::optional<PairedRatio> memory = paired_ratio(after, before, peak_of);
    std::vector<double> more;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) more.push_back(*peak_of(after[i]) - *peak_of(before[i]));
    if (memory && std::abs(median(more)) <= kMemoryResolution) memory->differs = false;
    return memory;
}

}  // namespace

PairedFigures compare_latency(const Measurement& baseline, const Measurement& candidate) {
    const auto& before = baseline.latency.launches;
    const auto& after = candidate.latency.launches;
    PairedFigures figures;
    figures.p50 = paired_blocks(before, after, 0.5);
    // Where all runs together are too few for a percentile, its ratio is not known either.
    if (baseline.latency.p90 && candidate.latency.p90) figures.p90 = paired_ratio(before, after, percentile(0.9));
    if (baseline.latency.p99 && candidate.latency.p99) figures.p99 = paired_ratio(before, after, percentile(0.99));
    figures.mean = paired_ratio(before, after, mean_run);
    if (baseline.latency.after_pause > 0 && candidate.latency.after_pause > 0) figures.after_pause = compare_after_pause(before, after);
    figures.session_start = paired_ratio(before, after, [](const Launch& launch) { return std::optional(launch.session_start_ms); });
    figures.first_run = paired_ratio(before, after, [](const Launch& launch) { return std::optional(launch.first_run_ms); });
    figures.cold_start = compare_cold_start(baseline, candidate);
    figures.memory = compare_memory(before, after);
    return figures;
}

}  // namespace vernier
