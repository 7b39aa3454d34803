// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/measure/gate.h"
#include "core/measure/statistics.h"
#include "core/report/format.h"

namespace vernier {
namespace {

constexpr double kSmallerFrom = 0.9;   // a file that saves less than a tenth is no reason to ship another model
constexpr double kSameSize = 0.01;     // sizes that differ by less are equal for a choice between two candidates
constexpr double kSameDb = 1;          // the like for the error of outputs
constexpr std::size_t kOthers = 4;     // other candidates that get a sentence

/// A smaller file is a gain where nothing says that it is slower: neither a shown difference nor an interval below 1.
bool gains(const CandidateComparison& candidate) {
    const bool maybe_as_fast = !is_slower(candidate) && candidate.speedup_interval.hi >= 1;
    return is_faster(candidate) || (candidate.size_ratio <= kSmallerFrom && maybe_as_fast);
}

const GateLine* line_of(const CandidateComparison& candidate, std::string_view what) {
    for (const GateLine& line : candidate.gate_lines)
        if (line.what == what) return &line;
    return nullptr;
}

bool passes(const CandidateComparison& candidate, std::string_view what) {
    const GateLine* line = line_of(candidate, what);
    return line != nullptr && line->outcome == Outcome::passed;
}

/// An output that has little to do with the baseline's and that no passed limit covers; nullptr when there is none. Top-1
/// and agreement speak for the scores only; measured top-1 does so too where nothing is judged.
const OutputFigures* damage_of(const CandidateComparison& candidate, const Measurement& baseline) {
    if (passes(candidate, "output error")) return nullptr;
    const bool scores_covered = passes(candidate, "accuracy") || passes(candidate, "agreement") ||
                                (candidate.gate == Outcome::not_judged && candidate.top1_delta_points);
    for (const OutputFigures& output : candidate.measurement.outputs) {
        const bool covered = scores_covered && output.name == baseline.scores_output && output.lost == 0 && output.problem.empty();
        if (is_broken(output) && !covered) return &output;
    }
    return nullptr;
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
    const auto better = [&](const CandidateComparison& a, const CandidateComparison& b) {
        const int first = order(a, comparison.baseline), second = order(b, comparison.baseline);
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
            if (is_usable(each, comparison.baseline) && beats(each, *best) && (ahead == nullptr || better(each, *ahead))) ahead = &each;
        if (ahead == nullptr) break;
        best = ahead;
    }
    return best;
}

std::string speed_phrase(const CandidateComparison& candidate) {
    if (is_faster(candidate)) return times(candidate.speedup) + " faster";
    if (is_slower(candidate)) return times(1 / candidate.speedup) + " slower";
    return "no measurable speedup";
}

std::string size_phrase(double ratio) {
    const double percent = 100 * std::abs(1 - ratio);
    if (!(percent >= 0.5)) return "same size";
    return fmt::format("{:.0f} % {}", percent, ratio < 1 ? "smaller" : "larger");
}

/// The worst of the lines about answers; nullptr when none is limited.
const GateLine* answers_line(const CandidateComparison& candidate) {
    const GateLine* worst = nullptr;
    for (const GateLine& line : candidate.gate_lines) {
        if (line.what == "speed") continue;
        if (worst == nullptr || worst_of({*worst, line}) != worst->outcome) worst = &line;
    }
    return worst;
}

std::string accuracy_phrase(const CandidateComparison& candidate) {
    if (const GateLine* line = answers_line(candidate)) {
        if (line->outcome == Outcome::passed) return line->what + " within the limit";
        return line->what + (line->outcome == Outcome::failed ? " beyond the limit" : " inconclusive");
    }
    if (candidate.top1_delta_points) return "top-1 " + signed_points(*candidate.top1_delta_points) + " points";
    if (candidate.agreement) return "agreement " + significant(*candidate.agreement, 4) + " %";
    if (!candidate.measurement.outputs.empty()) return "worst output " + text_of(candidate.measurement.outputs.front());
    return "accuracy not known";
}

std::string limit_words(const GateLine& line, const std::string& limit) {
    std::string text = line.outcome == Outcome::passed ? ", within" : line.outcome == Outcome::failed ? ", beyond" : ", inconclusive against";
    text += " the limit of " + limit;
    if (line.samples_needed > 0) text += fmt::format("; needs about {} samples to decide", grouped(line.samples_needed));
    return text;
}

std::string speed_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text = fmt::format("“{}” runs in {} ms instead of {} ({}, 95 %: {} to {})", title_of(candidate.measurement),
                                   significant(candidate.measurement.latency.p50), significant(comparison.baseline.latency.p50),
                                   times(candidate.speedup), significant(candidate.speedup_interval.lo), significant(candidate.speedup_interval.hi));
    if (!candidate.latency_differs) text += ", no measurable difference";
    if (const GateLine* line = line_of(candidate, "speed"); line != nullptr && comparison.gate.min_speedup)
        text += limit_words(*line, times(*comparison.gate.min_speedup));
    return text + fmt::format(". Its file: {}. ", size_phrase(candidate.size_ratio));
}

std::string accuracy_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text;
    const GateLine* line = line_of(candidate, "accuracy");
    if (candidate.top1_delta_points) {
        text = fmt::format("Top-1 {} points (95 %: {} to {})", signed_points(*candidate.top1_delta_points),
                           signed_points(candidate.top1_delta_interval.lo), signed_points(candidate.top1_delta_interval.hi));
        if (line != nullptr && comparison.gate.max_drop_points) text += limit_words(*line, signed_points(-*comparison.gate.max_drop_points));
        text += ". ";
    } else if (line != nullptr) {
        text = fmt::format("Accuracy {}: {}. ", name(line->outcome), line->text);
    }
    line = line_of(candidate, "agreement");
    if (candidate.agreement) {
        text += fmt::format("Agreement {} %", significant(*candidate.agreement, 4));
        if (line != nullptr && comparison.gate.min_agreement) text += limit_words(*line, significant(*comparison.gate.min_agreement, 4) + " %");
        text += ". ";
    } else if (line != nullptr) {
        text += fmt::format("Agreement {}: {}. ", name(line->outcome), line->text);
    }
    return text;
}

/// The worst output by name, and what no limit covers.
std::string outputs_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text;
    if (const GateLine* line = line_of(candidate, "output error"); line != nullptr && comparison.gate.min_sqnr_db)
        text = fmt::format("Output error {}: {}. ", line->outcome == Outcome::passed ? "within the limit" : line->outcome == Outcome::failed ? "beyond the limit"
                                                                                                                                      : "inconclusive", line->text);
    if (const OutputFigures* damaged = damage_of(candidate, comparison.baseline))
        return text + fmt::format("Output {} has little to do with the baseline's ({}), and no limit that it passed covers this. ", damaged->name, text_of(*damaged));
    const auto& outputs = candidate.measurement.outputs;
    if (text.empty() && !outputs.empty() && !candidate.agreement)
        text = outputs.size() == 1 ? fmt::format("Output {}: {}. ", outputs.front().name, text_of(outputs.front()))
                                   : fmt::format("Worst of {} outputs, {}: {}. ", outputs.size(), outputs.front().name, text_of(outputs.front()));
    return text;
}

std::string others_sentence(const Comparison& comparison, const CandidateComparison* best) {
    std::string text;
    std::size_t said = 0;
    for (const CandidateComparison& candidate : comparison.candidates) {
        if (&candidate == best || said == kOthers) continue;
        ++said;
        text += fmt::format("“{}”: {}, {}, {}. ", title_of(candidate.measurement), speed_phrase(candidate), size_phrase(candidate.size_ratio),
                            accuracy_phrase(candidate));
    }
    return text;
}

std::optional<bool> worth_of(const CandidateComparison& candidate, const Measurement& baseline) {
    if (candidate.gate == Outcome::failed) return false;
    if (candidate.gate == Outcome::inconclusive) return std::nullopt;
    if (damage_of(candidate, baseline) != nullptr) return false;
    if (candidate.gate == Outcome::passed) return gains(candidate);
    return gains(candidate) ? std::nullopt : std::optional<bool>(false);
}

std::string opening(const CandidateComparison& candidate, const std::optional<bool>& worth) {
    if (worth) return *worth ? "Worth it: " : "Not worth it: ";
    return candidate.gate == Outcome::inconclusive ? "Inconclusive: " : "Not judged, no limit is set: ";
}

std::string trimmed(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

/// Of several candidates none is a reason to change: none is put into the headline.
Verdict without_gain(const Comparison& comparison) {
    Verdict verdict;
    verdict.title = fmt::format("No gain: none of {} candidates is faster or {:.0f} % smaller within the limits", comparison.candidates.size(), 100 * (1 - kSmallerFrom));
    if (!comparison.gate.any()) verdict.title = fmt::format("No gain: none of {} candidates is faster or {:.0f} % smaller", comparison.candidates.size(), 100 * (1 - kSmallerFrom));
    verdict.text = trimmed("Not worth it: " + others_sentence(comparison, nullptr));
    verdict.worth = false;
    return verdict;
}

}  // namespace

std::string title_of(const Measurement& measurement) {
    const std::filesystem::path& path = measurement.model;
    return path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
}

bool is_faster(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup > 1; }
bool is_slower(const CandidateComparison& candidate) { return candidate.latency_differs && candidate.speedup < 1; }

bool accuracy_differs(const CandidateComparison& candidate) {
    return candidate.top1_delta_points && (candidate.top1_delta_interval.lo > 0 || candidate.top1_delta_interval.hi < 0);
}

Verdict verdict_of(const Comparison& comparison) {
    const CandidateComparison* best = best_of(comparison);
    if (best == nullptr) return {"Baseline only", "Nothing to compare: there is no candidate.", std::nullopt, -1};
    if (comparison.candidates.size() > 1 && best->gate != Outcome::failed && !gains(*best)) return without_gain(comparison);
    Verdict verdict;
    verdict.best = static_cast<int>(best - comparison.candidates.data());
    verdict.worth = worth_of(*best, comparison.baseline);
    verdict.title = fmt::format("{}: {}, {}, {}", title_of(best->measurement), speed_phrase(*best), size_phrase(best->size_ratio), accuracy_phrase(*best));
    verdict.text = trimmed(opening(*best, verdict.worth) + speed_sentence(comparison, *best) + accuracy_sentence(comparison, *best) +
                           outputs_sentence(comparison, *best) + others_sentence(comparison, best));
    return verdict;
}

Json to_json(const Verdict& verdict) {
    Json json = {{"title", verdict.title}, {"text", verdict.text}, {"worth", nullptr}, {"best", verdict.best}};
    if (verdict.worth) json["worth"] = *verdict.worth;
    return json;
}

}  // namespace vernier
