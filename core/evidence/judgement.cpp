// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/judgement.h"

#include <algorithm>
#include <cmath>

#include "core/evidence/figures.h"
#include "core/evidence/gate.h"
#include "core/evidence/metrics/table.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr double kSameSize = 0.01;  // sizes that differ by less are equal for a choice between two candidates
constexpr double kSameDb = 1;       // the like for the error of outputs

bool passes(const CandidateComparison& candidate, std::string_view what) {
    const GateLine* line = line_of(candidate, what);
    return line != nullptr && line->outcome == Outcome::passed;
}

/// A limit on a metric of the task, of which the scores are one part, was passed.
bool passes_its_task(const CandidateComparison& candidate, Task task) {
    if (kind_of(task) == nullptr) return false;
    return std::any_of(candidate.gate_lines.begin(), candidate.gate_lines.end(), [&](const GateLine& line) {
        if (line.outcome != Outcome::passed) return false;
        const auto all = metrics();
        return std::any_of(all.begin(), all.end(),
                           [&](const Metric* metric) { return metric->figure.id == line.figure && metric->sums == nullptr && (metric->of & only(task)) != 0; });
    });
}

bool is_usable(const CandidateComparison& candidate, const Measurement& baseline) {
    return candidate.gate != Outcome::failed && damage_of(candidate, baseline) == nullptr;
}

/// A gain that is decided comes first, then one that more samples may decide; a pass without a gain is no reason to change,
/// and damaged outputs come last.
int order(const CandidateComparison& candidate, const Measurement& baseline) {
    const int damaged = damage_of(candidate, baseline) == nullptr ? 0 : 10;
    const int no_gain = gains(candidate) ? 0 : 3;
    switch (candidate.gate) {
        case Outcome::passed: return damaged + no_gain;
        case Outcome::not_judged: return damaged + 1 + no_gain;
        case Outcome::inconclusive: return damaged + 2 + no_gain;
        case Outcome::failed: return damaged + 6;
    }
    return damaged + 6;
}

int sign_of(const Interval& a, const Interval& b) { return a.lo > b.hi ? 1 : a.hi < b.lo ? -1 : 0; }

/// Whether the answers of a are shown to be better (1) or worse (-1) than those of b, by the strongest figure that both have.
int better_answers(const CandidateComparison& a, const CandidateComparison& b) {
    if (a.top1_delta_points && b.top1_delta_points) return sign_of(a.top1_delta_interval, b.top1_delta_interval);
    if (a.agreement && b.agreement) return sign_of(wilson_interval(a.same, a.answered), wilson_interval(b.same, b.answered));
    if (!a.output_sqnr_db || !b.output_sqnr_db) return 0;
    const double away = *a.output_sqnr_db - *b.output_sqnr_db;
    return away > kSameDb ? 1 : away < -kSameDb ? -1 : 0;
}

/// True when a is ahead of b on at least one figure that is decided between them, and behind on none.
bool beats(const CandidateComparison& a, const CandidateComparison& b) {
    const double smaller = b.size_ratio - a.size_ratio;
    const int size = smaller > kSameSize * b.size_ratio ? 1 : smaller < -kSameSize * b.size_ratio ? -1 : 0;
    const int speed = sign_of(a.speedup_interval, b.speedup_interval), answers = better_answers(a, b);
    return size >= 0 && speed >= 0 && answers >= 0 && size + speed + answers > 0;
}

const CandidateComparison* best_of(const Comparison& comparison) {
    const auto& all = comparison.candidates;
    const Measurement& baseline = comparison.baseline.measurement;
    const auto better = [&](const CandidateComparison& a, const CandidateComparison& b) {
        const int first = order(a, baseline), second = order(b, baseline);
        if (first != second) return first < second;
        // Without a limit a candidate that is shown to lose accuracy comes last.
        const bool a_loses = accuracy_differs(a) && *a.top1_delta_points < 0, b_loses = accuracy_differs(b) && *b.top1_delta_points < 0;
        if (a.gate == Outcome::not_judged && a_loses != b_loses) return b_loses;
        return a.speedup > b.speedup;
    };
    const auto found = std::min_element(all.begin(), all.end(), better);
    if (found == all.end()) return nullptr;
    const CandidateComparison* best = &*found;
    // What another file beats on every decided figure is never the one to speak of.
    for (std::size_t turn = 0; turn < all.size(); ++turn) {
        const CandidateComparison* ahead = nullptr;
        for (const CandidateComparison& each : all)
            if (is_usable(each, baseline) && beats(each, *best) && (ahead == nullptr || better(each, *ahead))) ahead = &each;
        if (ahead == nullptr) break;
        best = ahead;
    }
    return best;
}

Conclusion conclusion_of(const CandidateComparison& candidate, const Measurement& baseline) {
    // What gains nothing is no reason to change, however its open limits would be decided.
    if (candidate.gate == Outcome::failed || !gains(candidate)) return Conclusion::not_worth_it;
    if (candidate.gate == Outcome::inconclusive) return Conclusion::inconclusive;
    if (damage_of(candidate, baseline) != nullptr) return Conclusion::not_worth_it;
    return candidate.gate == Outcome::passed ? Conclusion::worth_it : Conclusion::not_judged;
}

}  // namespace

std::string_view name(Conclusion conclusion) {
    switch (conclusion) {
        case Conclusion::nothing: return "nothing";
        case Conclusion::no_gain: return "no-gain";
        case Conclusion::worth_it: return "worth-it";
        case Conclusion::not_worth_it: return "not-worth-it";
        case Conclusion::inconclusive: return "inconclusive";
        case Conclusion::not_judged: return "not-judged";
    }
    return "nothing";
}

std::optional<bool> Judgement::worth() const {
    if (conclusion == Conclusion::worth_it) return true;
    if (conclusion == Conclusion::not_worth_it || conclusion == Conclusion::no_gain) return false;
    return std::nullopt;
}

Judgement conclude(const Comparison& comparison) {
    const CandidateComparison* best = best_of(comparison);
    if (best == nullptr) return {};
    if (comparison.candidates.size() > 1 && best->gate != Outcome::failed && !gains(*best)) return {Conclusion::no_gain};
    return {conclusion_of(*best, comparison.baseline.measurement), static_cast<int>(best - comparison.candidates.data())};
}

bool gains(const CandidateComparison& candidate) {
    const bool maybe_as_fast = !is_slower(candidate) && candidate.speedup_interval.hi >= 1;
    return is_faster(candidate) || (candidate.size_ratio <= kSmallerFrom && maybe_as_fast);
}

const OutputFigures* damage_of(const CandidateComparison& candidate, const Measurement& baseline) {
    if (passes(candidate, "output error")) return nullptr;
    const bool scores_covered = passes(candidate, "accuracy") || passes(candidate, "agreement") || passes_its_task(candidate, baseline.task) ||
                                (candidate.gate == Outcome::not_judged && candidate.top1_delta_points);
    for (const OutputFigures& output : candidate.measurement.outputs) {
        const bool covered = scores_covered && output.name == baseline.scores_output && output.lost == 0 && output.problem.empty();
        if (is_broken(output) && !covered) return &output;
    }
    return nullptr;
}

const GateLine* line_of(const CandidateComparison& candidate, std::string_view what) {
    for (const GateLine& line : candidate.gate_lines)
        if (line.what == what) return &line;
    return nullptr;
}

namespace {

bool is_about_answers(const GateLine& line) {
    if (line.figure.empty()) return line.what != "speed";
    const auto all = figures();
    return std::any_of(all.begin(), all.end(), [&](const Figure& each) { return each.id == line.figure && needs_samples(each); });
}

}  // namespace

const GateLine* answers_line(const CandidateComparison& candidate) {
    const GateLine* worst = nullptr;
    for (const GateLine& line : candidate.gate_lines) {
        if (!is_about_answers(line)) continue;
        if (worst == nullptr || worst_of({*worst, line}) != worst->outcome) worst = &line;
    }
    return worst;
}

bool is_faster(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup > 1; }
bool is_slower(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup < 1; }

bool accuracy_differs(const CandidateComparison& candidate) {
    return candidate.top1_delta_points && (candidate.top1_delta_interval.lo > 0 || candidate.top1_delta_interval.hi < 0);
}

}  // namespace vernier
