// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_judge.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/evidence/gate.h"
#include "core/evidence/judgement.h"

namespace vernier {
namespace {

/// A limit on answers: how the figure stands to it.
struct Held {
    double value = 0;
    Interval interval;
    double room = 0;    ///< the loss that the limit leaves, as a multiple of the one that was seen
    bool good = false;  ///< the value itself is on the good side
};

constexpr double kMostRoom = 1000;

Held held_drop(const CandidateComparison& candidate, double limit) {
    const double drop = 0 - candidate.top1_delta_points.value_or(0);
    return {drop,
            {0 - candidate.top1_delta_interval.hi, 0 - candidate.top1_delta_interval.lo},
            drop <= 0 ? kMostRoom : std::min(kMostRoom, limit / drop),
            candidate.top1_delta_points && drop <= limit};
}

Held held_agreement(const CandidateComparison& candidate, double limit) {
    const double value = candidate.agreement.value_or(0), lost = 100 - value;
    return {value, {value, value}, lost <= 0 ? kMostRoom : std::min(kMostRoom, (100 - limit) / lost), candidate.agreement && value >= limit};
}

Held held_sqnr(const CandidateComparison& candidate, double limit) {
    const double value = candidate.output_sqnr_db.value_or(-200);
    Interval interval{value, value};
    for (const OutputFigures& output : candidate.measurement.outputs)
        if (output.sqnr_db && *output.sqnr_db == value) interval = output.sqnr_interval;
    return {value, interval, std::min(kMostRoom, std::pow(10, (value - limit) / 10)), candidate.output_sqnr_db && value >= limit};
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

Validation judged(const Comparison& comparison, double fp32_ms) {
    const CandidateComparison& candidate = comparison.candidates.front();
    const Gate& gate = comparison.gate;
    std::vector<Held> held;
    if (gate.max_drop_points) held.push_back(held_drop(candidate, *gate.max_drop_points));
    if (gate.min_agreement) held.push_back(held_agreement(candidate, *gate.min_agreement));
    if (gate.min_sqnr_db) held.push_back(held_sqnr(candidate, *gate.min_sqnr_db));

    Validation seen;
    take_time(seen, candidate, fp32_ms);
    std::vector<GateLine> answers;
    for (const GateLine& line : candidate.gate_lines)
        if (line.what != "speed") answers.push_back(line);
    seen.answers = worst_of(answers);
    const GateLine* speed = line_of(candidate, "speed");
    seen.speed = speed != nullptr ? speed->outcome : is_slower(candidate) ? Outcome::failed : Outcome::passed;
    if (!held.empty()) {
        seen.metric = held.front().value;
        seen.metric_interval = held.front().interval;
        seen.room = std::min_element(held.begin(), held.end(), [](const Held& a, const Held& b) { return a.room < b.room; })->room;
    }
    const bool all_good = std::all_of(held.begin(), held.end(), [](const Held& each) { return each.good; });
    seen.within = seen.answers == Outcome::passed || (seen.answers == Outcome::inconclusive && all_good);
    return seen;
}

}  // namespace vernier
