// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "core/measure/statistics.h"
#include "core/measure/two_speeds.h"

namespace vernier {

Clock steady_clock_ms() {
    return [] { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
}

void settle_pools() {
    const auto burnt_ms = [] {
        timespec time{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(250);
    double before = burnt_ms();
    while (std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const double after = burnt_ms();
        if (after - before < 0.2) return;
        before = after;
    }
}

std::uint64_t runs_needed(double p) { return static_cast<std::uint64_t>(std::llround(10 / (1 - p))); }

std::uint64_t pauses_of(const Latency& latency) {
    std::uint64_t pauses = 0;
    for (const Launch& launch : latency.launches) pauses += launch.after_pause_ms.size();
    return pauses;
}

Latency summarise(std::vector<Launch> launches) {
    Latency latency;
    std::vector<double> all, medians, pauses, of_blocks;
    for (const Launch& launch : launches) {
        std::vector<double> own;
        for (const auto& block : launch.blocks) {
            own.insert(own.end(), block.begin(), block.end());
            if (!block.empty()) of_blocks.push_back(median(block));
        }
        if (!own.empty()) medians.push_back(median(own));
        all.insert(all.end(), own.begin(), own.end());
        pauses.insert(pauses.end(), launch.after_pause_ms.begin(), launch.after_pause_ms.end());
    }
    std::sort(all.begin(), all.end());
    const auto percentile = [&](double p) { return all.size() < runs_needed(p) ? std::nullopt : std::optional(quantile_sorted(all, p)); };
    latency.n = all.size();
    latency.p50 = quantile_sorted(all, 0.5);
    latency.p90 = percentile(0.9);
    latency.p99 = percentile(0.99);
    if (!all.empty()) latency.mean = std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
    latency.p50_interval = {latency.p50, latency.p50};
    if (medians.size() >= 2) {
        const Interval interval = mean_t_interval(medians).interval;
        // The median of all runs may lie beside the mean of the launches' medians under drift; the interval covers both.
        latency.p50_interval = {std::min(interval.lo, latency.p50), std::max(interval.hi, latency.p50)};
    }
    if (pauses.size() >= kPausesNeeded) latency.after_pause = median(pauses);
    latency.two_speeds = two_speeds_of(of_blocks);
    latency.launches = std::move(launches);
    return latency;
}

double download_ms(std::uint64_t size_bytes) {
    constexpr double kBitsPerMs = 400e6 / 1000;
    return static_cast<double>(size_bytes) * 8 / kBitsPerMs;
}

double cold_start_ms(const Measurement& measurement) { return download_ms(measurement.size_bytes) + measurement.session_start_ms + measurement.first_run_ms; }

}  // namespace vernier
