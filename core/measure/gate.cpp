// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/measure/statistics.h"

namespace vernier {

GateLine judge_drop(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double limit_points) {
    GateLine line;
    line.what = "accuracy";
    if (n == 0) {
        line.outcome = Outcome::inconclusive;
        line.text = fmt::format("no labels, so a drop of at most {:g} points cannot be judged", limit_points);
        return line;
    }
    const double drop = 100 * (static_cast<double>(lost) - static_cast<double>(gained)) / static_cast<double>(n);
    const Interval share = tango_interval(lost, gained, n);
    const Interval points{100 * share.lo, 100 * share.hi};
    line.text = fmt::format("drop {:.2f} points (95 %: {:.2f} to {:.2f}), limit {:g}", drop, points.lo, points.hi, limit_points);
    if (points.hi <= limit_points) {
        line.outcome = Outcome::passed;
    } else if (points.lo > limit_points) {
        line.outcome = Outcome::failed;
    } else {
        line.outcome = Outcome::inconclusive;
        line.samples_needed = samples_to_settle(lost, gained, n, limit_points / 100);
        // A wider look than the one just taken is needed in any case.
        if (line.samples_needed > 0) line.samples_needed = std::max(line.samples_needed, n + 1);
    }
    return line;
}

GateLine judge_nan_baseline(std::uint64_t samples) {
    return {"accuracy", Outcome::inconclusive,
            fmt::format("the baseline answers {} {} with NaN, so a drop cannot be judged", samples, samples == 1 ? "sample" : "samples"), 0};
}

GateLine judge_speed(double speedup, const Interval& interval, double bias, double limit) {
    const Interval wide{interval.lo * (1 - bias), interval.hi * (1 + bias)};
    GateLine line;
    line.what = "speed";
    line.text = fmt::format("{:.3f}x as fast (95 %: {:.3f} to {:.3f}), at least {:g} wanted", speedup, wide.lo, wide.hi, limit);
    line.outcome = wide.lo >= limit ? Outcome::passed : wide.hi < limit ? Outcome::failed : Outcome::inconclusive;
    return line;
}

Outcome worst_of(const std::vector<GateLine>& lines) {
    for (const Outcome outcome : {Outcome::failed, Outcome::inconclusive, Outcome::passed}) {
        const auto same = [&](const GateLine& line) { return line.outcome == outcome; };
        if (std::any_of(lines.begin(), lines.end(), same)) return outcome;
    }
    return Outcome::not_judged;
}

}  // namespace vernier
