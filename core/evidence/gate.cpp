// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/number_text.h"
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

namespace {

std::string samples_text(std::uint64_t n) { return fmt::format("{} {}", n, n == 1 ? "sample" : "samples"); }

const OutputFigures* scores_of(const Measurement& measurement, const std::string& output) {
    for (const OutputFigures& figures : measurement.outputs)
        if (figures.name == output) return &figures;
    return nullptr;
}

std::string failure_text(const OutputFigures& output) {
    return fmt::format("output {}: {}{}", output.name, text_of(output), output.lost > 0 ? ", where the baseline is finite" : "");
}

/// What settles a line about answers before any is counted: NaN, or an output that is not there.
std::optional<GateLine> unusable(std::string_view what, const CandidateComparison& candidate, const Measurement& baseline) {
    const OutputFigures* before = scores_of(baseline, baseline.scores_output);
    const OutputFigures* after = scores_of(candidate.measurement, baseline.scores_output);
    const std::string line(what);
    if (before != nullptr && before->nan > 0)
        return GateLine{line, Outcome::inconclusive,
                        fmt::format("the baseline answers {} with NaN (output {}), so {} cannot be judged", samples_text(before->nan), before->name, what), 0};
    if (after != nullptr && (after->lost > 0 || !after->problem.empty())) return GateLine{line, Outcome::failed, failure_text(*after), 0};
    return std::nullopt;
}

std::string no_classes(const Measurement& baseline) {
    return baseline.scores_output.empty() ? "no samples were measured"
                                          : fmt::format("output {} does not hold class scores (float, [N, classes])", baseline.scores_output);
}

GateLine judge_output(const OutputFigures& output, double limit) {
    GateLine line;
    line.what = "output error";
    line.text = fmt::format("output {}: {}, limit {:g} dB", output.name, text_of(output), limit);
    if (!output.problem.empty() || output.lost > 0) {
        line.text = failure_text(output);
        line.outcome = is_broken(output) ? Outcome::failed : Outcome::not_judged;
    } else if (output.other_shape > 0) {
        line.outcome = Outcome::inconclusive;
    } else if (output.sqnr_db) {
        const Interval& interval = output.sqnr_interval;
        if (*output.sqnr_db < 200)
            line.text =
                fmt::format("output {}: SQNR {:.1f} dB (95 %: {:.1f} to {:.1f}), limit {:g}", output.name, *output.sqnr_db, interval.lo, interval.hi, limit);
        line.outcome = interval.lo >= limit ? Outcome::passed : interval.hi < limit ? Outcome::failed : Outcome::inconclusive;
        if (line.outcome == Outcome::inconclusive && output.samples > 1)
            line.samples_needed = samples_until((interval.hi - interval.lo) / 2, std::abs(*output.sqnr_db - limit), output.samples);
    }
    return line;
}

}  // namespace

std::uint64_t samples_until(double half, double away, std::uint64_t n) {
    constexpr double kPower = (1.959964 + 0.841621) / 1.959964;
    if (!(away > 0) || !std::isfinite(half)) return 0;
    const double needed = std::ceil(static_cast<double>(n) * std::pow(kPower * half / away, 2));
    return needed < 1e15 ? std::max(static_cast<std::uint64_t>(needed), n + 1) : 0;
}

GateLine judge_accuracy(const CandidateComparison& candidate, const Measurement& baseline, double limit_points) {
    if (auto line = unusable("accuracy", candidate, baseline)) return *line;
    const std::uint64_t n = candidate.flips.samples();
    if (n == 0 && baseline.samples > 0 && baseline.classes < 2)
        return {"accuracy", Outcome::inconclusive, no_classes(baseline) + ", so there is no top-1 to judge", 0};
    return judge_drop(candidate.flips.lost, candidate.flips.gained, n, limit_points);
}

GateLine judge_agreement(const CandidateComparison& candidate, const Measurement& baseline, double limit) {
    if (auto line = unusable("agreement", candidate, baseline)) return *line;
    GateLine line{"agreement", Outcome::inconclusive, {}, 0};
    if (candidate.answered == 0) {
        line.text = no_classes(baseline) + ", so agreement cannot be judged";
        return line;
    }
    const std::uint64_t other = candidate.answered - candidate.same;
    const Interval share = wilson_interval(candidate.same, candidate.answered);
    const Interval percent{100 * share.lo, 100 * share.hi};
    const double value = 100.0 * static_cast<double>(candidate.same) / static_cast<double>(candidate.answered);
    line.text =
        fmt::format("{:.2f} % of {} agree (95 %: {:.2f} to {:.2f}), limit {:g}", value, samples_text(candidate.answered), percent.lo, percent.hi, limit);
    if (percent.lo >= limit || (limit >= 100 && other == 0)) {
        line.outcome = Outcome::passed;
    } else if (percent.hi < limit || (limit >= 100 && other > 0)) {
        line.outcome = Outcome::failed;
    } else {
        line.samples_needed = samples_to_settle(other, 0, candidate.answered, 1 - limit / 100);
        if (line.samples_needed > 0) line.samples_needed = std::max(line.samples_needed, candidate.answered + 1);
    }
    return line;
}

GateLine judge_sqnr(const std::vector<OutputFigures>& outputs, double limit) {
    GateLine worst{"output error", Outcome::inconclusive, "no output with floating values was compared", 0};
    bool found = false;
    for (const OutputFigures& output : outputs) {
        const GateLine line = judge_output(output, limit);
        if (line.outcome == Outcome::not_judged) continue;
        if (!found || (worst_of({line, worst}) == line.outcome && line.outcome != worst.outcome)) worst = line;
        found = true;
    }
    return worst;
}

GateLine judge_speed(double speedup, const Interval& interval, double limit) {
    GateLine line;
    line.what = "speed";
    line.text = fmt::format("{} (95 %: {}), {} wanted", speed_text(speedup, 4), speed_text(interval.lo, interval.hi, 4), speed_limit_text(limit));
    line.outcome = interval.lo >= limit ? Outcome::passed : interval.hi < limit ? Outcome::failed : Outcome::inconclusive;
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
