// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
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

namespace {

/// A warm run, and the launch that it belongs to.
struct Run {
    double ms = 0;
    std::size_t launch = 0;
};

/// All warm runs in rising order.
std::vector<Run> sorted_runs(const std::vector<Launch>& launches) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < launches.size(); ++i)
        for (const auto& block : launches[i].blocks)
            for (const double ms : block) runs.push_back({ms, i});
    std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.ms < b.ms; });
    return runs;
}

/// A figure of all runs with its interval: the runs of a launch are alike, so the figure is taken without each launch in turn (jackknife).
std::optional<Interval> over_launches(const std::vector<Run>& sorted, std::size_t launches, const std::function<double(const std::vector<double>&)>& figure) {
    constexpr std::size_t kFewest = 3;
    if (launches < kFewest || sorted.empty()) return std::nullopt;
    std::vector<double> all, without;
    for (const Run& run : sorted) all.push_back(run.ms);
    for (std::size_t out = 0; out < launches; ++out) {
        std::vector<double> rest;
        for (const Run& run : sorted)
            if (run.launch != out) rest.push_back(run.ms);
        if (rest.empty() || rest.size() == all.size()) return std::nullopt;
        without.push_back(figure(rest));
    }
    const double n = static_cast<double>(launches), mean = std::accumulate(without.begin(), without.end(), 0.0) / n;
    double squares = 0;
    for (const double each : without) squares += (each - mean) * (each - mean);
    const double half = student_t_quantile(0.975, n - 1) * std::sqrt((n - 1) / n * squares), value = figure(all);
    return Interval{std::max(0.0, value - half), value + half};
}

void add_intervals(Latency& latency) {
    const std::vector<Run> runs = sorted_runs(latency.launches);
    const auto percentile = [](double p) { return [p](const std::vector<double>& sorted) { return quantile_sorted(sorted, p); }; };
    if (latency.p90) latency.p90_interval = over_launches(runs, latency.launches.size(), percentile(0.9));
    if (latency.p99) latency.p99_interval = over_launches(runs, latency.launches.size(), percentile(0.99));
    latency.mean_interval = over_launches(runs, latency.launches.size(), [](const std::vector<double>& sorted) {
        return std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
    });
}

/// What an empirical distribution is drawn from: 101 numbers do not grow with the runs.
std::vector<double> quantiles_of(const std::vector<double>& sorted) {
    constexpr std::size_t kMost = 101;
    if (sorted.size() <= kMost) return sorted;
    std::vector<double> quantiles;
    for (std::size_t i = 0; i < kMost; ++i) quantiles.push_back(quantile_sorted(sorted, static_cast<double>(i) / (kMost - 1)));
    return quantiles;
}

}  // namespace

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
        latency.p50_interval = {std::max(0.0, std::min(interval.lo, latency.p50)), std::max(interval.hi, latency.p50)};
    }
    latency.quantiles = quantiles_of(all);
    if (pauses.size() >= kPausesNeeded) latency.after_pause = median(pauses);
    latency.two_speeds = two_speeds_of(of_blocks);
    latency.launches = std::move(launches);
    add_intervals(latency);
    return latency;
}

double download_ms(std::uint64_t size_bytes) {
    constexpr double kBitsPerMs = 400e6 / 1000;
    return static_cast<double>(size_bytes) * 8 / kBitsPerMs;
}

double cold_start_ms(const Measurement& measurement) { return download_ms(measurement.size_bytes) + measurement.session_start_ms + measurement.first_run_ms; }

}  // namespace vernier
