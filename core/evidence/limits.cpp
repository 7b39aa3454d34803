// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/limits.h"

#include <fmt/format.h>

#include "core/base/number_text.h"

namespace vernier {
namespace {

/// What a bound is held against.
struct Judged {
    double value = 0;
    Interval interval;
    bool exact = false;
    bool speed = false;  ///< a ratio of times, which has words of its own
};

std::optional<Judged> judged_of(const Figure& figure, const TrialView& trial) {
    if (figure.relative) {
        const auto value = figure.value(trial);
        if (!value) return std::nullopt;
        const auto interval = figure.interval_of(trial);
        return Judged{*value, interval.value_or(Interval{*value, *value}), !interval};
    }
    const auto against = figure.against_of(trial);
    if (!against) return std::nullopt;
    const bool speed = against->kind == Against::Kind::ratio && figure.form != Form::megabytes;
    return Judged{against->value, against->interval.value_or(Interval{against->value, against->value}), !against->interval, speed};
}

std::string unit_of(const Figure& figure, const TrialView& trial) {
    if (figure.relative) return figure.unit.empty() ? std::string() : " " + std::string(figure.unit);
    const auto against = figure.against_of(trial);
    if (against && against->kind == Against::Kind::points) return " points";
    return " of the baseline's";
}

std::string judged_text(const Figure& figure, const TrialView& trial, const Judged& judged, double bound) {
    const auto& [lo, hi] = judged.interval;
    if (judged.speed) {
        const std::string interval = judged.exact ? std::string() : fmt::format(" (95 %: {})", speed_text(lo, hi, 4));
        return fmt::format("{}{}, {} wanted", speed_text(judged.value, 4), interval, speed_limit_text(bound));
    }
    const std::string interval = judged.exact ? std::string() : fmt::format(" (95 %: {:.3f} to {:.3f})", lo, hi);
    return fmt::format("{:.3f}{}{}, {} {:g} wanted", judged.value, unit_of(figure, trial), interval, is_least(figure) ? "at least" : "at most", bound);
}

/// An output that cannot stand for the baseline's; nullptr when there is none.
const OutputFigures* unusable_output(const TrialView& trial) {
    for (const OutputFigures& output : trial.measured.outputs)
        if (is_broken(output) && (output.lost > 0 || !output.problem.empty())) return &output;
    return nullptr;
}

std::string unknown_text(const Figure& figure, const TrialView& trial) {
    const std::uint64_t missing = figure.runs_missing(trial);
    return fmt::format("{} is not known{}, so a limit on it cannot be judged", figure.title,
                       missing > 0 ? fmt::format(" ({} more runs are needed)", missing) : "");
}

}  // namespace

bool can_limit(const Figure& figure) { return figure.own_limit.empty() && (figure.relative || figure.against != nullptr); }

std::string limit_names() {
    std::string names;
    for (const Figure& each : figures())
        if (can_limit(each)) names += (names.empty() ? "" : ", ") + std::string(each.id);
    return names;
}

bool is_least(const Figure& figure) { return needs_samples(figure) ? figure.better == Better::higher : figure.form != Form::megabytes; }

GateLine judge_figure(const Figure& figure, const TrialView& trial, double bound) {
    GateLine line{std::string(figure.column), Outcome::inconclusive, {}, 0, std::string(figure.id)};
    if (const OutputFigures* output = unusable_output(trial); output != nullptr && figure.relative) {
        line.outcome = Outcome::failed;
        line.text = fmt::format("output {}: {}", output->name, text_of(*output));
        return line;
    }
    const auto judged = judged_of(figure, trial);
    if (!judged) {
        line.text = unknown_text(figure, trial);
        return line;
    }
    line.text = judged_text(figure, trial, *judged, bound);
    const bool passed = is_least(figure) ? judged->interval.lo >= bound : judged->interval.hi <= bound;
    const bool failed = is_least(figure) ? judged->interval.hi < bound : judged->interval.lo > bound;
    line.outcome = passed ? Outcome::passed : failed ? Outcome::failed : Outcome::inconclusive;
    return line;
}

}  // namespace vernier
