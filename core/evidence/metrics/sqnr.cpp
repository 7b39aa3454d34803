// SPDX-License-Identifier: GPL-3.0-or-later
// SQNR of an output: ten times the logarithm of the baseline's power over that of the error, over all values of all samples.
#include <algorithm>
#include <cmath>

#include "core/evidence/metrics/distance.h"
#include "core/evidence/metrics/table.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr double kMostDb = 200;

std::optional<Interval> figure_interval(const TrialView& trial) {
    const auto sqnr = worst_output_sqnr(trial);
    for (const OutputFigures& output : trial.measured.outputs)
        if (sqnr && output.sqnr_db == sqnr) return proper(output.sqnr_interval);
    return std::nullopt;
}

/// Error and signal of each sample, and their products.
struct Moments {
    double n = 0, s = 0, e = 0, ss = 0, ee = 0, se = 0;
};

Moments moments_of(const std::vector<SampleSums>& samples) {
    Moments m;
    for (const SampleSums& sample : samples) {
        if (sample.values == 0) continue;
        const auto [signal, error, dot, energy] = sample.sums;
        m.n += 1;
        m.s += signal;
        m.e += error;
        m.ss += signal * signal;
        m.ee += error * error;
        m.se += signal * error;
    }
    return m;
}

/// The SQNR is that of a ratio of sums; its spread is that of error - ratio * signal over samples (Cochran, ratio estimators).
std::optional<Interval> interval(const std::vector<SampleSums>& samples) {
    const double sqnr = sqnr_db(distance_of(total_of(samples)));
    const Moments m = moments_of(samples);
    if (m.e <= 0 || m.s <= 0) return Interval{sqnr, sqnr};
    if (m.n < 2) return Interval{-kMostDb, kMostDb};
    const double ratio = m.e / m.s;
    const double residual = std::max(0.0, m.ee - 2 * ratio * m.se + ratio * ratio * m.ss);
    const double relative = std::sqrt(m.n / (m.n - 1) * residual) / m.e;
    const double half = 10 / std::log(10.0) * student_t_quantile(0.975, m.n - 1) * relative;
    return Interval{std::max(-kMostDb, sqnr - half), std::min(kMostDb, sqnr + half)};
}

}  // namespace

constexpr Metric kSqnr = {.figure = {.id = "sqnr",
                                     .title = "SQNR of the worst output",
                                     .column = "SQNR",
                                     .unit = "dB",
                                     .form = Form::decibels,
                                     .better = Better::higher,
                                     .places = in_compare | in_runs | in_report | in_charts,
                                     .chart = 2,
                                     .slot = "answers",
                                     .own_limit = "--min-sqnr",
                                     .relative = true,
                                     .value = worst_output_sqnr,
                                     .interval = figure_interval,
                                     .instead = worst_output_text},
                          .sums = &kDistance,
                          .range = {-kMostDb, kMostDb},
                          .value = [](const SampleSums& total) { return sqnr_db(distance_of(total)); },
                          .interval = interval,
                          .keep =
                              [](OutputFigures& output, const MetricValue& value) {
                                  output.sqnr_db = value.value;
                                  output.sqnr_interval = *value.interval;
                              }};

}  // namespace vernier
