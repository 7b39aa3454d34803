// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_judge.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/evidence/gate.h"
#include "core/evidence/judgement.h"
#include "core/evidence/limits.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

/// A limit on answers: how the figure stands to it.
struct Held {
    double value = 0;
    Interval interval;
    Outcome outcome = Outcome::not_judged;
    bool counted = false;  ///< a share of answers
    double room = 0;       ///< the loss that the limit leaves, as a multiple of the one that was seen
    bool good = false;     ///< the value itself is on the good side
};

constexpr double kMostRoom = 1000;

Outcome line_outcome(const CandidateComparison& candidate, const char* what) {
    const GateLine* line = line_of(candidate, what);
    return line == nullptr ? Outcome::not_judged : line->outcome;
}

Held held_drop(const CandidateComparison& candidate, double limit) {
    const double drop = 0 - candidate.top1_delta_points.value_or(0);
    const Interval share = tango_interval(candidate.flips.lost, candidate.flips.gained, candidate.flips.samples());
    Held held{drop, {100 * share.lo, 100 * share.hi}, line_outcome(candidate, "accuracy"), true};
    held.room = drop <= 0 ? kMostRoom : std::min(kMostRoom, limit / drop);
    held.good = candidate.top1_delta_points && drop <= limit;
    return held;
}

Held held_agreement(const CandidateComparison& candidate, double limit) {
    const double value = candidate.agreement.value_or(0), lost = 100 - value;
    const Interval share = wilson_interval(candidate.same, candidate.answered);
    Held held{value, {100 * share.lo, 100 * share.hi}, line_outcome(candidate, "agreement"), true};
    held.room = lost <= 0 ? kMostRoom : std::min(kMostRoom, (100 - limit) / lost);
    held.good = candidate.agreement && value >= limit;
    return held;
}

Held held_sqnr(const CandidateComparison& candidate, double limit) {
    const double value = candidate.output_sqnr_db.value_or(-200);
    Held held{value, {value, value}, line_outcome(candidate, "output error")};
    for (const OutputFigures& output : candidate.measurement.outputs)
        if (output.sqnr_db && *output.sqnr_db == value) held.interval = output.sqnr_interval;
    held.room = std::min(kMostRoom, std::pow(10, (value - limit) / 10));
    held.good = candidate.output_sqnr_db && value >= limit;
    return held;
}

/// A limit on a metric of the task: itself, or its drop or rise against FP32's.
Held held_limit(const CandidateComparison& candidate, const Measurement& baseline, const GateLimit& limit) {
    Held held;
    held.outcome = judge_limit(limit, {candidate.measurement, &candidate}).outcome;
    const auto own = candidate.measurement.metrics.find(limit.figure), before = baseline.metrics.find(limit.figure);
    if (own == candidate.measurement.metrics.end()) return held;
    const double sign = limit.of == GateLimit::Of::drop || (limit.of == GateLimit::Of::value && limit.least) ? -1 : 1;  // of a change that is a loss
    const double value = own->second.value, change = before == baseline.metrics.end() ? 0 : sign * (value - before->second.value);
    double allowed = limit.bound;
    if (limit.of == GateLimit::Of::value) {
        held.value = value;
        held.interval = own->second.interval.value_or(Interval{value, value});
        held.good = limit.least ? value >= limit.bound : value <= limit.bound;
        allowed = before == baseline.metrics.end() ? 0 : sign * (limit.bound - before->second.value);
    } else {
        const auto paired = candidate.changes.find(limit.figure);
        const Interval change_of = paired == candidate.changes.end() ? Interval{change, change} : paired->second.interval.value_or(Interval{change, change});
        held.value = change;
        held.interval = sign < 0 && paired != candidate.changes.end() ? Interval{0 - change_of.hi, 0 - change_of.lo} : change_of;
        held.good = change <= limit.bound;
    }
    held.room = change <= 0 ? kMostRoom : std::clamp(allowed / change, 0.0, kMostRoom);
    return held;
}

Outcome worst(const std::vector<Held>& held) {
    std::vector<GateLine> lines;
    for (const Held& each : held) lines.push_back({{}, each.outcome, {}, 0});
    return worst_of(lines);
}

/// And limits on other times, on size and memory.
Outcome speed_of(const CandidateComparison& candidate, const Gate& gate) {
    std::vector<GateLine> lines;
    for (const GateLimit& limit : gate.more)
        if (!is_of_answers(limit)) lines.push_back(judge_limit(limit, {candidate.measurement, &candidate}));
    if (const GateLine* line = line_of(candidate, "speed"))
        lines.push_back(*line);
    else
        lines.push_back({{}, is_slower(candidate) ? Outcome::failed : Outcome::passed, {}, 0});
    return worst_of(lines);
}

/// The loss that the limits leave: of those on values where there are any, since counts of few answers say little.
double room_of(const std::vector<Held>& held) {
    double room = kMostRoom, of_values = kMostRoom;
    bool values = false;
    for (const Held& each : held) {
        room = std::min(room, each.room);
        if (each.counted) continue;
        values = true;
        of_values = std::min(of_values, each.room);
    }
    return values ? of_values : room;
}

AnswerCounts counts_of(const CandidateComparison& candidate, const Gate& gate) {
    if (gate.max_drop_points) return {candidate.flips.lost, candidate.flips.gained, candidate.flips.samples()};
    if (gate.min_agreement) return {candidate.answered - candidate.same, 0, candidate.answered};
    return {};
}

void take_time(Validation& seen, const CandidateComparison& candidate, double fp32_ms) {
    seen.ms = candidate.measurement.latency.p50;
    seen.ms_interval = candidate.measurement.latency.p50_interval;
    const std::optional<PairedRatio>& faster = candidate.paired.p50;
    if (!(fp32_ms > 0) || !faster || !(faster->ratio > 0) || !(faster->interval.lo > 0)) return;
    seen.ms = fp32_ms / faster->ratio;
    seen.ms_interval = {fp32_ms / faster->interval.hi, fp32_ms / faster->interval.lo};
}

}  // namespace

bool is_of_answers(const GateLimit& limit) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == limit.figure; });
    return found == all.end() || needs_samples(*found);
}

const GateLimit* leading_limit(const Gate& gate) {
    if (gate.max_drop_points || gate.min_agreement || gate.min_sqnr_db) return nullptr;
    const auto found = std::find_if(gate.more.begin(), gate.more.end(), is_of_answers);
    return found == gate.more.end() ? nullptr : &*found;
}

std::optional<AnswerLimit> answer_limit(const Gate& gate, std::uint64_t report_samples) {
    if (gate.max_drop_points) return AnswerLimit{*gate.max_drop_points / 100, report_samples, kZ95};
    if (gate.min_agreement) return AnswerLimit{1 - *gate.min_agreement / 100, report_samples, kZ95};
    return std::nullopt;
}

Validation judged(const Comparison& comparison, double fp32_ms) {
    const CandidateComparison& candidate = comparison.candidates.front();
    const Gate& gate = comparison.gate;
    std::vector<Held> held;
    if (gate.max_drop_points) held.push_back(held_drop(candidate, *gate.max_drop_points));
    if (gate.min_agreement) held.push_back(held_agreement(candidate, *gate.min_agreement));
    if (gate.min_sqnr_db) held.push_back(held_sqnr(candidate, *gate.min_sqnr_db));
    for (const GateLimit& limit : gate.more)
        if (is_of_answers(limit)) held.push_back(held_limit(candidate, comparison.baseline.measurement, limit));

    Validation seen;
    take_time(seen, candidate, fp32_ms);
    seen.answers = worst(held);
    seen.speed = speed_of(candidate, gate);
    seen.counts = counts_of(candidate, gate);
    if (!held.empty()) {
        seen.metric = held.front().value;
        seen.metric_interval = held.front().interval;
        seen.room = room_of(held);
    }
    const bool all_good = std::all_of(held.begin(), held.end(), [](const Held& each) { return each.good; });
    seen.within = seen.answers == Outcome::passed || (seen.answers == Outcome::inconclusive && all_good);
    return seen;
}

}  // namespace vernier
