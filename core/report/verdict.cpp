// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/report/format.h"

namespace vernier {
namespace {

constexpr double kSmallerFrom = 0.9;   // a file that saves less than a tenth is no reason to ship another model
constexpr std::size_t kOthers = 4;     // other candidates that get a sentence

bool gains(const CandidateComparison& candidate) {
    return is_faster(candidate) || (candidate.size_ratio <= kSmallerFrom && !is_slower(candidate));
}

/// A gain that is settled comes first, then one that more samples may settle; a pass without a gain is no reason to change.
int order(const CandidateComparison& candidate) {
    switch (candidate.gate) {
        case Outcome::passed: return gains(candidate) ? 0 : 3;
        case Outcome::not_judged: return 1;
        case Outcome::inconclusive: return gains(candidate) ? 2 : 4;
        case Outcome::failed: return 5;
    }
    return 5;
}

const CandidateComparison* best_of(const Comparison& comparison) {
    const auto better = [](const CandidateComparison& a, const CandidateComparison& b) {
        if (order(a) != order(b)) return order(a) < order(b);
        // Without a limit a candidate that is shown to lose accuracy comes last.
        const bool a_loses = accuracy_differs(a) && *a.top1_delta_points < 0, b_loses = accuracy_differs(b) && *b.top1_delta_points < 0;
        if (a.gate == Outcome::not_judged && a_loses != b_loses) return b_loses;
        return a.speedup > b.speedup;
    };
    const auto found = std::min_element(comparison.candidates.begin(), comparison.candidates.end(), better);
    return found == comparison.candidates.end() ? nullptr : &*found;
}

std::string speed_phrase(const CandidateComparison& candidate) {
    if (is_faster(candidate)) return times(candidate.speedup) + " faster";
    if (is_slower(candidate)) return times(1 / candidate.speedup) + " slower";
    return "no faster";
}

const GateLine* line_of(const CandidateComparison& candidate, std::string_view what) {
    for (const GateLine& line : candidate.gate_lines)
        if (line.what == what) return &line;
    return nullptr;
}

std::string accuracy_phrase(const CandidateComparison& candidate) {
    if (const GateLine* line = line_of(candidate, "accuracy")) {
        if (line->outcome == Outcome::passed) return "accuracy inside the gate";
        if (line->outcome == Outcome::failed) return "accuracy outside the gate";
        return "accuracy not settled";
    }
    if (candidate.top1_delta_points) return "top-1 " + signed_points(*candidate.top1_delta_points) + " points";
    if (candidate.measurement.samples > 0) return significant(candidate.agreement, 4) + " % of answers as before";
    return "accuracy not known";
}

std::string speed_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text = fmt::format("“{}” answers in {} ms instead of {} ({}, 95 %: {} to {})", title_of(candidate.measurement),
                                   significant(candidate.measurement.latency.p50), significant(comparison.baseline.latency.p50),
                                   times(candidate.speedup), significant(candidate.speedup_interval.lo), significant(candidate.speedup_interval.hi));
    if (!candidate.latency_differs) text += ", which is no shown difference";
    if (const GateLine* line = line_of(candidate, "speed"))
        text += line->outcome == Outcome::passed   ? fmt::format(", above the wanted {}", times(*comparison.gate.min_speedup))
                : line->outcome == Outcome::failed ? fmt::format(", below the wanted {}", times(*comparison.gate.min_speedup))
                                                   : fmt::format(", not settled against the wanted {}", times(*comparison.gate.min_speedup));
    return text + fmt::format(". Its file has {} the size. ", times(candidate.size_ratio));
}

std::string accuracy_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text;
    if (candidate.top1_delta_points) {
        text = fmt::format("Top-1 {} points (95 %: {} to {})", signed_points(*candidate.top1_delta_points),
                           signed_points(candidate.top1_delta_interval.lo), signed_points(candidate.top1_delta_interval.hi));
        if (const GateLine* line = line_of(candidate, "accuracy")) {
            text += line->outcome == Outcome::passed ? ", inside" : line->outcome == Outcome::failed ? ", outside" : ", not settled against";
            text += fmt::format(" the limit of {}", signed_points(-*comparison.gate.max_drop_points));
            if (line->samples_needed > 0) text += fmt::format("; about {} samples would settle it", grouped(line->samples_needed));
        }
        text += ". ";
    }
    if (candidate.measurement.samples > 0) text += fmt::format("{} % of its answers are those of the baseline. ", significant(candidate.agreement, 4));
    return text;
}

std::string others_sentence(const Comparison& comparison, const CandidateComparison* best) {
    std::string text;
    std::size_t said = 0;
    for (const CandidateComparison& candidate : comparison.candidates) {
        if (&candidate == best || said == kOthers) continue;
        ++said;
        text += fmt::format("“{}”: {}, {}. ", title_of(candidate.measurement), speed_phrase(candidate), accuracy_phrase(candidate));
    }
    return text;
}

std::optional<bool> worth_of(const CandidateComparison& candidate) {
    if (candidate.gate == Outcome::failed) return false;
    if (candidate.gate == Outcome::inconclusive) return std::nullopt;
    if (candidate.gate == Outcome::passed) return gains(candidate);
    return gains(candidate) ? std::nullopt : std::optional<bool>(false);
}

std::string opening(const CandidateComparison& candidate, const std::optional<bool>& worth) {
    if (worth) return *worth ? "Worth it: " : "Not worth it: ";
    return candidate.gate == Outcome::inconclusive ? "Not settled: " : "Not judged, no limit is set: ";
}

}  // namespace

std::string title_of(const Measurement& measurement) {
    const std::filesystem::path& path = measurement.model;
    return path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
}

double cold_start_ms(const Measurement& measurement) {
    constexpr double kBitsPerMs = 400e6 / 1000;
    return static_cast<double>(measurement.size_bytes) * 8 / kBitsPerMs + measurement.session_start_ms + measurement.first_run_ms;
}

bool is_faster(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup > 1; }
bool is_slower(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup < 1; }

bool accuracy_differs(const CandidateComparison& candidate) {
    return candidate.top1_delta_points && (candidate.top1_delta_interval.lo > 0 || candidate.top1_delta_interval.hi < 0);
}

Verdict verdict_of(const Comparison& comparison) {
    const CandidateComparison* best = best_of(comparison);
    if (best == nullptr) return {"Baseline only", "Nothing to compare: there is no candidate.", std::nullopt, -1};
    Verdict verdict;
    verdict.best = static_cast<int>(best - comparison.candidates.data());
    verdict.worth = worth_of(*best);
    verdict.title = fmt::format("{}: {}, {} the size, {}", title_of(best->measurement), speed_phrase(*best), times(best->size_ratio), accuracy_phrase(*best));
    verdict.text = opening(*best, verdict.worth) + speed_sentence(comparison, *best) + accuracy_sentence(comparison, *best) +
                   others_sentence(comparison, best);
    while (!verdict.text.empty() && verdict.text.back() == ' ') verdict.text.pop_back();
    return verdict;
}

Json to_json(const Verdict& verdict) {
    Json json = {{"title", verdict.title}, {"text", verdict.text}, {"worth", nullptr}, {"best", verdict.best}};
    if (verdict.worth) json["worth"] = *verdict.worth;
    return json;
}

}  // namespace vernier
