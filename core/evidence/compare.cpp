// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/compare.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/plain_text.h"
#include "core/evidence/gate.h"
#include "core/evidence/limits.h"
#include "core/evidence/metrics/command.h"
#include "core/evidence/metrics/reference.h"
#include "core/evidence/metrics/table.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/statistics.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

/// The speed-up is that of the paired median runs; returns the half width of its interval as a share.
double take_speedup(CandidateComparison& candidate) {
    const auto& p50 = candidate.paired.p50;
    candidate.speedup = p50 ? p50->ratio : 1;
    candidate.speedup_interval = p50 ? p50->interval : Interval{1, 1};
    candidate.latency_differs = p50 && p50->differs;
    return p50 && p50->interval.lo > 0 ? std::sqrt(p50->interval.hi / p50->interval.lo) - 1 : 0;
}

void compare_labels(CandidateComparison& candidate, const Answers& before) {
    const std::vector<SampleSums> first = samples_of(kTop1, before, before), second = samples_of(kTop1, candidate.measurement.answers, before);
    Flips& flips = candidate.flips;
    for (std::size_t i = 0; i < second.size(); ++i) {
        if (first[i].values == 0) continue;
        const bool right_before = first[i].sums[0] > 0, right_after = second[i].sums[0] > 0;
        (right_before ? (right_after ? flips.right_both : flips.lost) : (right_after ? flips.gained : flips.wrong_both)) += 1;
    }
    const std::uint64_t n = flips.samples();
    if (n == 0) return;
    const double gained = static_cast<double>(flips.gained) - static_cast<double>(flips.lost);
    candidate.top1_delta_points = 100 * gained / static_cast<double>(n);
    const Interval drop = tango_interval(flips.lost, flips.gained, n);
    candidate.top1_delta_interval = {-100 * drop.hi, -100 * drop.lo};
}

void compare_agreement(CandidateComparison& candidate, const Measurement& baseline) {
    const SampleSums total = total_of(samples_of(kAgreement, candidate.measurement.answers, baseline.answers));
    candidate.same = static_cast<std::uint64_t>(total.sums[0]);
    candidate.answered = total.values;
}

using References = std::map<std::string, Reference>;

/// Metrics that the baseline's answers have, each read once for all candidates.
References references_of(const Measurement& baseline) {
    References references;
    for (const Metric* metric : metrics())
        if (const std::string id(metric->figure.id); baseline.metrics.contains(id)) references.try_emplace(id, *metric, baseline.answers);
    return references;
}

void compare_metrics(CandidateComparison& candidate, const References& references) {
    for (const auto& [id, reference] : references) {
        if (!candidate.measurement.metrics.contains(id)) continue;
        if (const auto change = reference.change_of(candidate.measurement.answers)) candidate.changes[id] = *change;
    }
}

void compare_command_metrics(CandidateComparison& candidate, const Measurement& baseline) {
    for (const auto& [name, before] : baseline.command_samples) {
        const auto after = candidate.measurement.command_samples.find(name);
        if (after == candidate.measurement.command_samples.end()) continue;
        if (const auto change = Reference::change(kOfCommand, before, after->second)) candidate.changes[name] = *change;
    }
}

void compare_answers(CandidateComparison& candidate, const Measurement& baseline) {
    if (candidate.measurement.answers.sample != baseline.answers.sample) {
        throw Error(ErrorKind::internal, "models that did not see the same samples cannot be compared", {.file = candidate.measurement.model.string()});
    }
    compare_agreement(candidate, baseline);
    if (baseline.accuracy && candidate.measurement.accuracy) compare_labels(candidate, baseline.answers);
    const auto& outputs = candidate.measurement.outputs;
    const auto worst = std::min_element(outputs.begin(), outputs.end(), [](const OutputFigures& a, const OutputFigures& b) {
        const auto counts = [](const OutputFigures& output) { return output.sqnr_db || output.lost > 0; };
        return counts(a) && (!counts(b) || closeness(a) < closeness(b));
    });
    if (worst == outputs.end()) return;
    candidate.output_sqnr_db = worst->sqnr_db;
    candidate.output_cosine = worst->cosine;
}

void judge(CandidateComparison& candidate, const Measurement& baseline, const Gate& gate) {
    const TaskKind* kind = kind_of(baseline.task);
    const bool answers = candidate.answered > 0 && (baseline.classifies || gate.min_agreement || (kind != nullptr && kind->same != nullptr));
    candidate.agreement = answers ? std::optional(100.0 * static_cast<double>(candidate.same) / static_cast<double>(candidate.answered)) : std::nullopt;
    candidate.gate_lines.clear();
    const auto add = [&](GateLine line, const char* figure) {
        line.figure = figure;
        candidate.gate_lines.push_back(std::move(line));
    };
    if (gate.max_drop_points) add(judge_accuracy(candidate, baseline, *gate.max_drop_points), "top1");
    if (gate.min_agreement) add(judge_agreement(candidate, baseline, *gate.min_agreement), "agreement");
    if (gate.min_sqnr_db) add(judge_sqnr(candidate.measurement.outputs, *gate.min_sqnr_db), "sqnr");
    if (gate.min_speedup) add(judge_speed(candidate.speedup, candidate.speedup_interval, *gate.min_speedup), "p50");
    const TrialView trial{candidate.measurement, &candidate};
    for (const Figure& each : figures())
        if (const auto limit = gate.limits.find(std::string(each.id)); limit != gate.limits.end())
            candidate.gate_lines.push_back(judge_figure(each, trial, limit->second));
    for (const GateLimit& limit : gate.more) candidate.gate_lines.push_back(judge_limit(limit, trial));
    candidate.gate = worst_of(candidate.gate_lines);
}

}  // namespace

std::string_view name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed: return "passed";
        case Outcome::failed: return "failed";
        case Outcome::inconclusive: return "inconclusive";
        case Outcome::not_judged: return "not-judged";
    }
    return "not-judged";
}

Outcome Comparison::outcome() const {
    // The gate asks whether there is a candidate to ship: one that passed is enough, and one that may still pass keeps the
    // question open.
    for (const Outcome outcome : {Outcome::passed, Outcome::inconclusive, Outcome::failed}) {
        const auto same = [&](const CandidateComparison& candidate) { return candidate.gate == outcome; };
        if (std::any_of(candidates.begin(), candidates.end(), same)) return outcome;
    }
    return Outcome::not_judged;
}

std::string title_of(const Measurement& measurement) {
    const std::filesystem::path& path = measurement.model;
    const std::string file = path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
    return plain_title(is_on_cpu(measurement.run) ? file : file + "@" + provider_text(measurement.run));
}

std::string title_of(const Trial& trial) { return trial.title.empty() ? title_of(trial.measurement) : plain_title(trial.title); }

std::string title_of_file(const Comparison& comparison, const std::string& file) {
    const auto is_it = [&](const Trial& trial) { return trial.measurement.model.string() == file; };
    if (is_it(comparison.baseline)) return title_of(comparison.baseline);
    for (const CandidateComparison& candidate : comparison.candidates)
        if (is_it(candidate)) return title_of(candidate);
    return std::filesystem::path(file).filename().string();
}

std::vector<Trial> trials_of(std::vector<Measurement> measurements) {
    std::vector<Trial> trials(measurements.size());
    for (std::size_t i = 0; i < trials.size(); ++i) trials[i].measurement = std::move(measurements[i]);
    return trials;
}

void judge_again(Comparison& comparison, const Gate& gate) {
    comparison.gate = gate;
    for (CandidateComparison& candidate : comparison.candidates) judge(candidate, comparison.baseline.measurement, gate);
}

Comparison compare(std::vector<Trial> trials, const Gate& gate) {
    if (trials.empty()) throw Error(ErrorKind::usage, "nothing to compare", {}, "give a baseline and candidates");
    Comparison comparison;
    comparison.gate = gate;
    comparison.baseline = std::move(trials.front());
    const Measurement& baseline = comparison.baseline.measurement;
    const References references = references_of(baseline);
    for (std::size_t i = 1; i < trials.size(); ++i) {
        CandidateComparison candidate;
        static_cast<Trial&>(candidate) = std::move(trials[i]);
        if (baseline.size_bytes > 0) candidate.size_ratio = static_cast<double>(candidate.measurement.size_bytes) / static_cast<double>(baseline.size_bytes);
        candidate.paired = compare_latency(baseline, candidate.measurement);
        comparison.noise_floor = std::max(comparison.noise_floor, take_speedup(candidate));
        compare_answers(candidate, baseline);
        compare_metrics(candidate, references);
        compare_command_metrics(candidate, baseline);
        judge(candidate, baseline, gate);
        comparison.candidates.push_back(std::move(candidate));
    }
    return comparison;
}

Comparison compare(std::vector<Measurement> measurements, const Gate& gate) { return compare(trials_of(std::move(measurements)), gate); }

}  // namespace vernier
