// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/way_out.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/provenance.h"
#include "core/evidence/figures.h"
#include "core/report/executed_counts.h"
#include "core/report/format.h"

namespace vernier {
namespace {

/// nullptr for a metric of a command, and in documents of earlier versions.
const Figure* figure_of(const GateLine& line) {
    const auto all = figures();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Figure& each) { return each.id == line.figure; });
    return found == all.end() ? nullptr : &*found;
}

/// A limit on answers, which samples decide; else one on time, size or memory.
bool is_of_answers(const GateLine& line) {
    const Figure* figure = figure_of(line);
    return figure == nullptr ? line.what != "speed" : needs_samples(*figure);
}

/// The sentences on top-1 and agreement say themselves how many samples would decide.
bool says_samples(const GateLine& line) { return line.what == "accuracy" || line.what == "agreement"; }

std::string decided_by(const CandidateComparison& candidate) {
    std::uint64_t samples = 0;
    std::string wide, unknown;  // figures of time by their names
    for (const GateLine& line : candidate.gate_lines) {
        if (line.outcome != Outcome::inconclusive) continue;
        if (!says_samples(line)) samples = std::max(samples, line.samples_needed);
        if (is_of_answers(line)) continue;
        const Figure* figure = figure_of(line);
        std::string& names = figure != nullptr && figure->runs_missing({candidate.measurement, &candidate}) > 0 ? unknown : wide;
        names += (names.empty() ? "" : ", ") + line.what;
    }
    std::string text;
    if (samples > 0) text = fmt::format("About {} samples would decide. ", grouped(samples));
    if (!unknown.empty()) text += fmt::format("A longer measurement would give enough runs for {}. ", unknown);
    if (!wide.empty()) text += fmt::format("A longer measurement on a quiet machine would narrow the interval of {}. ", wide);
    return text;
}

bool fails(const CandidateComparison& candidate, bool of_answers) {
    return std::any_of(candidate.gate_lines.begin(), candidate.gate_lines.end(),
                       [&](const GateLine& line) { return line.outcome == Outcome::failed && is_of_answers(line) == of_answers; });
}

/// Nodes that a recipe gives a method of this arithmetic; 0 for files that Vernier did not make.
std::size_t chosen_nodes(const CandidateComparison& candidate, Arithmetic computes) {
    std::size_t nodes = 0;
    if (candidate.origin)
        for (const auto& [method, count] : candidate.origin->counts)
            if (row(method).computes == computes) nodes += count;
    return nodes;
}

/// Why it is not faster, as far as what ran and the processor say.
std::string speed_cause(const CandidateComparison& candidate) {
    const ExecutedCounts ran = executed_counts(candidate.measurement);
    if (chosen_nodes(candidate, Arithmetic::half) > 0 && ran.all() > 0 && ran.fp16 == 0)
        return "No operator ran in FP16 here: it makes the file smaller, and faster only where the processor computes in it. ";
    const bool integer = ran.int8 > 0 || chosen_nodes(candidate, Arithmetic::integer) > 0;
    if (!integer) return {};
    std::string text;
    if (ran.all() > 0 && ran.int8 < ran.floating + ran.conversions)
        text = fmt::format("Only {} of {} operators ran in INT8: the layers that run in float, and the conversions beside them, cost the time. ", ran.int8,
                           ran.all());
    if (int8_flags(candidate.measurement.host).ends_with("no VNNI"))
        text += "This processor has no VNNI: on one that has it, INT8 may be faster; measure there. ";
    return text;
}

const CandidateComparison* fastest(const Comparison& comparison) {
    const auto& all = comparison.candidates;
    const auto found = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.speedup < b.speedup; });
    return found == all.end() ? nullptr : &*found;
}

std::string losing_less(const CandidateComparison& candidate) {
    return fmt::format("To lose less, leave the layers that lose most in FP32{}. ",
                       chosen_nodes(candidate, Arithmetic::half) > 0 ? "" : ", or choose another method for them");
}

}  // namespace

std::string way_out(const Comparison& comparison, const Judgement& judged) {
    if (judged.conclusion == Conclusion::no_gain) return speed_cause(*fastest(comparison));
    if (judged.best < 0) return {};
    const CandidateComparison& best = comparison.candidates[static_cast<std::size_t>(judged.best)];
    if (judged.conclusion == Conclusion::inconclusive) return decided_by(best);
    if (judged.conclusion != Conclusion::not_worth_it) return {};
    const bool broken = damage_of(best, comparison.baseline.measurement) != nullptr;
    std::string text = fails(best, true) || broken ? losing_less(best) : std::string();
    if (!gains(best) || fails(best, false)) text += speed_cause(best);
    return text;
}

}  // namespace vernier
