// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/number_text.h"
#include "core/evidence/gate.h"
#include "core/evidence/metrics/metric.h"

namespace vernier {
namespace {

/// What a bound is held against.
struct Judged {
    double value = 0;
    std::optional<Interval> interval;
    bool exact = false;  ///< it has no interval; else one that is missing is not known
};

/// How it is judged and told.
struct Bound {
    double value = 0;
    bool least = false;
    std::string unit;
    bool speed = false;  ///< a ratio of times, which has words of its own
};

std::optional<Judged> judged_against(const Figure& figure, const TrialView& trial) {
    if (figure.relative) {
        const auto value = figure.value(trial);
        if (!value) return std::nullopt;
        const auto interval = figure.interval_of(trial);
        return Judged{*value, interval, !interval};
    }
    const auto against = figure.against_of(trial);
    if (!against) return std::nullopt;
    return Judged{against->value, against->interval, !against->interval};
}

/// How far it is above the baseline's, or below.
Judged judged_change(const Against& against, GateLimit::Of of) {
    if (of == GateLimit::Of::rise) return {against.value, against.interval, false};
    const double drop = 0 - against.value;  // no drop is not "-0.000"
    if (!against.interval) return {drop, std::nullopt, false};
    return {drop, Interval{0 - against.interval->hi, 0 - against.interval->lo}, false};
}

/// Of a metric that is no row of the table of figures.
std::optional<Judged> judged_by_name(const GateLimit& limit, const TrialView& trial) {
    if (limit.of != GateLimit::Of::value) {
        const auto change = kept_change(trial, limit.figure);
        return change ? std::optional(judged_change(*change, limit.of)) : std::nullopt;
    }
    const auto kept = kept_value(trial, limit.figure);
    return kept ? std::optional(Judged{kept->value, kept->interval, false}) : std::nullopt;
}

std::optional<Judged> judged_of(const Figure& figure, GateLimit::Of of, const TrialView& trial) {
    if (of == GateLimit::Of::value) {
        const auto value = figure.value(trial);
        if (!value) return std::nullopt;
        return Judged{*value, figure.interval_of(trial), figure.interval == nullptr};
    }
    const auto against = figure.against_of(trial);
    if (!against || against->kind != Against::Kind::points) return std::nullopt;
    return judged_change(*against, of);
}

std::string unit_of(const Figure& figure) { return figure.unit.empty() ? std::string() : fmt::format(" {}", figure.unit); }

std::string unit_against(const Figure& figure, const TrialView& trial) {
    if (figure.relative) return unit_of(figure);
    const auto against = figure.against_of(trial);
    if (against && against->kind == Against::Kind::points) return figure.form == Form::percent ? " points" : unit_of(figure);
    return " of the baseline's";
}

/// "2.000x faster (95 %: ...), at least 2x faster wanted".
std::string speed_words(const Judged& judged, double bound) {
    const std::string room = judged.interval ? fmt::format(" (95 %: {})", speed_text(judged.interval->lo, judged.interval->hi, 4)) : std::string();
    return fmt::format("{}{}, {} wanted", speed_text(judged.value, 4), room, speed_limit_text(bound));
}

/// An output that cannot stand for the baseline's; nullptr when there is none. Metrics of answers are of the scores alone.
const OutputFigures* unusable_output(const Figure& figure, const TrialView& trial) {
    if (!needs_samples(figure)) return nullptr;
    for (const OutputFigures& output : trial.measured.outputs) {
        if (!figure.relative && output.name != trial.measured.scores_output) continue;
        if (is_broken(output) && (output.lost > 0 || !output.problem.empty())) return &output;
    }
    return nullptr;
}

std::string unknown_text(const Figure& figure, const TrialView& trial) {
    const std::uint64_t missing = figure.runs_missing(trial);
    return fmt::format("{} is not known{}, so a limit on it cannot be judged", figure.title,
                       missing > 0 ? fmt::format(" ({} more runs are needed)", missing) : "");
}

std::uint64_t sample_count(const Figure& figure, const TrialView& trial) {
    const auto kept = kept_value(trial, figure.id);
    return kept ? kept->n : trial.measured.samples;
}

/// The whole interval on the right side of the bound passes, on the wrong side fails.
void decide(GateLine& line, const Judged& judged, const Bound& bound) {
    const std::string side = fmt::format("{} {:g} wanted", bound.least ? "at least" : "at most", bound.value);
    if (!judged.interval && !judged.exact) {
        line.text = fmt::format("{:.3f}{}, {}, but its 95 % interval is not known", judged.value, bound.unit, side);
        return;
    }
    const Interval interval = judged.interval.value_or(Interval{judged.value, judged.value});
    const std::string room = judged.interval ? fmt::format(" (95 %: {:.3f} to {:.3f})", interval.lo, interval.hi) : std::string();
    line.text = bound.speed ? speed_words(judged, bound.value) : fmt::format("{:.3f}{}{}, {}", judged.value, bound.unit, room, side);
    const bool passed = bound.least ? interval.lo >= bound.value : interval.hi <= bound.value;
    const bool failed = bound.least ? interval.hi < bound.value : interval.lo > bound.value;
    line.outcome = passed ? Outcome::passed : failed ? Outcome::failed : Outcome::inconclusive;
}

GateLine judge(const Figure& figure, const TrialView& trial, const std::optional<Judged>& judged, const Bound& bound) {
    GateLine line{std::string(figure.column), Outcome::inconclusive, {}, 0, std::string(figure.id)};
    if (const OutputFigures* output = unusable_output(figure, trial)) {
        line.outcome = Outcome::failed;
        line.text = fmt::format("output {}: {}", output->name, text_of(*output));
        return line;
    }
    if (!judged) {
        line.text = unknown_text(figure, trial);
        return line;
    }
    decide(line, *judged, bound);
    if (line.outcome == Outcome::inconclusive && judged->interval && needs_samples(figure)) {
        const double half = (judged->interval->hi - judged->interval->lo) / 2;
        line.samples_needed = samples_until(half, std::abs(judged->value - bound.value), sample_count(figure, trial));
    }
    return line;
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
    return judge(figure, trial, judged_against(figure, trial),
                 {bound, is_least(figure), unit_against(figure, trial), !needs_samples(figure) && figure.form != Form::megabytes});
}

GateLine judge_limit(const GateLimit& limit, const TrialView& trial) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == limit.figure; });
    const bool known = found != all.end(), own = limit.of == GateLimit::Of::value;
    const Figure& figure = known ? *found : Figure{.id = limit.figure, .title = limit.figure, .column = limit.figure, .unit = {}, .form = Form::number};
    const std::string unit = own || figure.form != Form::percent ? unit_of(figure) : " points";
    const auto judged = known ? judged_of(figure, limit.of, trial) : judged_by_name(limit, trial);
    GateLine line = judge(figure, trial, judged, {limit.bound, limit.least, unit, false});
    if (!own && judged) line.text = (limit.of == GateLimit::Of::drop ? "drop " : "rise ") + line.text;
    return line;
}

}  // namespace vernier
