// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_judge.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/evidence/gate.h"
#include "core/evidence/judgement.h"
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

Outcome at_most(double low, double high, double limit) { return high <= limit ? Outcome::passed : low > limit ? Outcome::failed : Outcome::inconclusive; }
Outcome at_least(double low, double high, double limit) { return low >= limit ? Outcome::passed : high < limit ? Outcome::failed : Outcome::inconclusive; }

/// What the gate's line says; where it passes at the whole level, but not at the shared one, nothing is decided.
Outcome careful(const CandidateComparison& candidate, const char* what, Outcome shared) {
    const GateLine* line = line_of(candidate, what);
    if (line == nullptr) return Outcome::not_judged;
    return line->outcome == Outcome::passed && shared != Outcome::passed ? Outcome::inconclusive : line->outcome;
}

Interval widened(const Interval& interval, double value, double times) {
    return {value - (value - interval.lo) * times, value + (interval.hi - value) * times};
}

Held held_drop(const CandidateComparison& candidate, double limit, double z) {
    const double drop = 0 - candidate.top1_delta_points.value_or(0);
    const Interval share = tango_interval(candidate.flips.lost, candidate.flips.gained, candidate.flips.samples(), z);
    Held held{drop, {100 * share.lo, 100 * share.hi}};
    held.counted = true;
    held.outcome = careful(candidate, "accuracy", at_most(held.interval.lo, held.interval.hi, limit));
    held.room = drop <= 0 ? kMostRoom : std::min(kMostRoom, limit / drop);
    held.good = candidate.top1_delta_points && drop <= limit;
    return held;
}

Held held_agreement(const CandidateComparison& candidate, double limit, double z) {
    const double value = candidate.agreement.value_or(0), lost = 100 - value;
    const Interval share = wilson_interval(candidate.same, candidate.answered, z);
    Held held{value, {100 * share.lo, 100 * share.hi}};
    held.counted = true;
    const bool all = limit >= 100;  // asks for all of these samples, which no interval of others can say
    held.outcome = all ? careful(candidate, "agreement", candidate.same == candidate.answered ? Outcome::passed : Outcome::failed)
                       : careful(candidate, "agreement", at_least(held.interval.lo, held.interval.hi, limit));
    held.room = lost <= 0 ? kMostRoom : std::min(kMostRoom, (100 - limit) / lost);
    held.good = candidate.agreement && value >= limit;
    return held;
}

Held held_sqnr(const CandidateComparison& candidate, double limit, double z) {
    const double value = candidate.output_sqnr_db.value_or(-200);
    Interval interval{value, value};
    for (const OutputFigures& output : candidate.measurement.outputs)
        if (output.sqnr_db && *output.sqnr_db == value) interval = widened(output.sqnr_interval, value, z / kZ95);
    Held held{value, interval};
    // Equal outputs have no interval, and the worst of several need not be the one that is judged: only a wider interval says less.
    held.outcome = careful(candidate, "output error", z > kZ95 ? at_least(interval.lo, interval.hi, limit) : Outcome::passed);
    held.room = std::min(kMostRoom, std::pow(10, (value - limit) / 10));
    held.good = candidate.output_sqnr_db && value >= limit;
    return held;
}

Outcome worst(const std::vector<Held>& held) {
    std::vector<GateLine> lines;
    for (const Held& each : held) lines.push_back({{}, each.outcome, {}, 0});
    return worst_of(lines);
}

Outcome speed_of(const CandidateComparison& candidate, const std::optional<double>& limit, double z) {
    const GateLine* line = line_of(candidate, "speed");
    if (line == nullptr) return is_slower(candidate) ? Outcome::failed : Outcome::passed;
    if (!limit || z <= kZ95 || !(candidate.speedup > 0) || !(candidate.speedup_interval.lo > 0)) return line->outcome;
    const double middle = std::log(candidate.speedup);
    const Interval logs = widened({std::log(candidate.speedup_interval.lo), std::log(candidate.speedup_interval.hi)}, middle, z / kZ95);
    return careful(candidate, "speed", at_least(std::exp(logs.lo), std::exp(logs.hi), *limit));
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

double shared_z(std::size_t judgements) {
    constexpr double kMany = 1e4;  // degrees of freedom, which is the normal distribution to three digits
    return judgements <= 1 ? kZ95 : student_t_quantile(1 - 0.025 / static_cast<double>(judgements), kMany);
}

std::optional<AnswerLimit> answer_limit(const Gate& gate, std::uint64_t report_samples, std::size_t judgements) {
    if (gate.max_drop_points) return AnswerLimit{*gate.max_drop_points / 100, report_samples, shared_z(judgements)};
    if (gate.min_agreement) return AnswerLimit{1 - *gate.min_agreement / 100, report_samples, shared_z(judgements)};
    return std::nullopt;
}

Validation judged(const Comparison& comparison, const Judging& judging) {
    const CandidateComparison& candidate = comparison.candidates.front();
    const Gate& gate = comparison.gate;
    const double z = shared_z(judging.judgements);
    std::vector<Held> held;
    if (gate.max_drop_points) held.push_back(held_drop(candidate, *gate.max_drop_points, z));
    if (gate.min_agreement) held.push_back(held_agreement(candidate, *gate.min_agreement, z));
    if (gate.min_sqnr_db) held.push_back(held_sqnr(candidate, *gate.min_sqnr_db, z));

    Validation seen;
    take_time(seen, candidate, judging.fp32_ms);
    seen.answers = worst(held);
    seen.speed = speed_of(candidate, gate.min_speedup, z);
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
