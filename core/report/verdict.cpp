// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/base/timed.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/way_out.h"

namespace vernier {
namespace {

constexpr std::size_t kOthers = 4;  // other candidates that get a sentence

std::string speed_phrase(const CandidateComparison& candidate) {
    return is_faster(candidate) || is_slower(candidate) ? speed_text(candidate.speedup) : "no measurable speedup";
}

/// The metric that stands first for a task other than one with classes; nullptr where there is a top-1, or no metric.
const Figure* task_figure(const CandidateComparison& candidate) {
    if (candidate.top1_delta_points || candidate.measurement.accuracy) return nullptr;
    const TrialView trial{candidate.measurement, &candidate};
    for (const Figure& each : figures())
        if (needs_samples(each) && !each.relative && each.value(trial) && each.against_of(trial)) return &each;
    return nullptr;
}

/// "RMSE +0.012", "F1 -0.50 points ~".
std::string task_words(const Figure& figure, const CandidateComparison& candidate) {
    const auto against = *figure.against_of({candidate.measurement, &candidate});
    return fmt::format("{} {}", figure.column, against_text(figure, against));
}

std::string accuracy_phrase(const CandidateComparison& candidate) {
    if (const GateLine* line = answers_line(candidate)) {
        if (line->outcome == Outcome::passed) return line->what + " within the limit";
        return line->what + (line->outcome == Outcome::failed ? " beyond the limit" : " inconclusive");
    }
    if (candidate.top1_delta_points) return "top-1 " + signed_points(*candidate.top1_delta_points) + " points";
    if (const Figure* figure = task_figure(candidate)) return task_words(*figure, candidate);
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

/// An interval without 1 does not settle it where the machine's own changes are as large.
std::string speed_words(const CandidateComparison& candidate) {
    if (candidate.latency_differs) return fmt::format("{}, ", speed_text(candidate.speedup));
    const bool one = candidate.speedup_interval.lo <= 1 && candidate.speedup_interval.hi >= 1;
    return one ? "no measurable difference, " : "inconclusive, ";
}

std::string speed_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    const std::string interval = speed_text(candidate.speedup_interval.lo, candidate.speedup_interval.hi);
    std::string text = fmt::format("“{}” runs in {} instead of {} ({}95 %: {})", title_of(candidate), time_text(candidate.measurement.latency.p50),
                                   time_text(comparison.baseline.measurement.latency.p50), speed_words(candidate), interval);
    if (const GateLine* line = line_of(candidate, "speed"); line != nullptr && comparison.gate.min_speedup)
        text += limit_words(*line, speed_text(*comparison.gate.min_speedup));
    return text + fmt::format(". Its file: {}. ", size_text(candidate.size_ratio));
}

std::string task_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    const Figure* figure = task_figure(candidate);
    if (figure == nullptr) return {};
    const TrialView own{candidate.measurement, &candidate}, before{comparison.baseline.measurement};
    const auto against = figure->against_of(own);
    const std::string interval = interval_text(*figure, against), unit = figure->unit.empty() ? std::string() : fmt::format(" {}", figure->unit);
    return fmt::format("{} {}{} instead of {} ({}{}{}). ", figure->column, value_text(*figure, own), unit, value_text(*figure, before),
                       against->differs ? against_text(*figure, against) : "no measurable difference", interval.empty() ? "" : ", ", interval);
}

std::string accuracy_sentence(const Comparison& comparison, const CandidateComparison& candidate) {
    std::string text;
    const GateLine* line = line_of(candidate, "accuracy");
    if (candidate.top1_delta_points) {
        text = fmt::format("Top-1 {} points (95 %: {} to {})", signed_points(*candidate.top1_delta_points), signed_points(candidate.top1_delta_interval.lo),
                           signed_points(candidate.top1_delta_interval.hi));
        if (line != nullptr && comparison.gate.max_drop_points) text += limit_words(*line, signed_points(-*comparison.gate.max_drop_points));
        text += ". ";
    } else if (line != nullptr) {
        text = fmt::format("Accuracy {}: {}. ", name(line->outcome), line->text);
    }
    text += task_sentence(comparison, candidate);
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
        text = fmt::format("Output error {}: {}. ",
                           line->outcome == Outcome::passed   ? "within the limit"
                           : line->outcome == Outcome::failed ? "beyond the limit"
                                                              : "inconclusive",
                           line->text);
    if (const OutputFigures* damaged = damage_of(candidate, comparison.baseline.measurement))
        return text +
               fmt::format("Output {} has little to do with the baseline's ({}), and no limit that it passed covers this. ", damaged->name, text_of(*damaged));
    const auto& outputs = candidate.measurement.outputs;
    if (text.empty() && !outputs.empty() && !candidate.agreement)
        text = outputs.size() == 1 ? fmt::format("Output {}: {}. ", outputs.front().name, text_of(outputs.front()))
                                   : fmt::format("Worst of {} outputs, {}: {}. ", outputs.size(), outputs.front().name, text_of(outputs.front()));
    return text;
}

/// Of lines that other sentences tell of.
constexpr std::string_view kTold[] = {"accuracy", "agreement", "output error", "speed"};

/// Limits on figures that no other sentence tells of.
std::string limits_sentence(const CandidateComparison& candidate) {
    std::string text;
    for (const GateLine& line : candidate.gate_lines)
        if (std::find(std::begin(kTold), std::end(kTold), line.what) == std::end(kTold))
            text += fmt::format("Limit on {}: {} ({}). ", line.what,
                                line.outcome == Outcome::passed   ? "within"
                                : line.outcome == Outcome::failed ? "beyond"
                                                                  : "inconclusive",
                                line.text);
    return text;
}

std::string others_sentence(const Comparison& comparison, const CandidateComparison* best) {
    std::string text;
    std::size_t said = 0;
    for (const CandidateComparison& candidate : comparison.candidates) {
        if (&candidate == best || said == kOthers) continue;
        ++said;
        text += fmt::format("“{}”: {}, {}, {}. ", title_of(candidate), speed_phrase(candidate), size_text(candidate.size_ratio), accuracy_phrase(candidate));
    }
    return text;
}

std::string trimmed(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

std::string_view opening(Conclusion conclusion) {
    switch (conclusion) {
        case Conclusion::nothing: return "Nothing to compare";
        case Conclusion::worth_it: return "Worth it";
        case Conclusion::no_gain:
        case Conclusion::not_worth_it: return "Not worth it";
        case Conclusion::inconclusive: return "Inconclusive";
        case Conclusion::not_judged: return "Not judged, no limit is set";
    }
    return {};
}

/// Of several candidates none is a reason to change: none is put into the headline.
std::string no_gain_title(const Comparison& comparison) {
    return fmt::format("No gain: none of {} candidates is faster, or {:.0f} % smaller and as fast{}", comparison.candidates.size(), 100 * (1 - kSmallerFrom),
                       comparison.gate.any() ? " within the limits" : "");
}

void tell_candidate(Verdict& verdict, const Comparison& comparison, const CandidateComparison& best) {
    verdict.title = fmt::format("{}: {}, {}, {}", title_of(best), speed_phrase(best), size_text(best.size_ratio), accuracy_phrase(best));
    verdict.sentences = trimmed(speed_sentence(comparison, best) + accuracy_sentence(comparison, best) + outputs_sentence(comparison, best) +
                                limits_sentence(best) + others_sentence(comparison, &best));
}

}  // namespace

Verdict verdict_of(const Comparison& comparison) {
    const Judgement judged = conclude(comparison);
    Verdict verdict;
    verdict.conclusion = judged.conclusion;
    verdict.worth = judged.worth();
    verdict.best = judged.best;
    verdict.opening = opening(judged.conclusion);
    if (judged.best >= 0) {
        tell_candidate(verdict, comparison, comparison.candidates[static_cast<std::size_t>(judged.best)]);
    } else if (judged.conclusion == Conclusion::no_gain) {
        verdict.title = no_gain_title(comparison);
        verdict.sentences = trimmed(others_sentence(comparison, nullptr));
    } else {
        verdict.title = "Baseline only";
        verdict.sentences = "there is no candidate.";
    }
    verdict.change = trimmed(way_out(comparison, judged));
    if (!verdict.change.empty()) verdict.sentences += " " + verdict.change;
    verdict.text = verdict.opening + ": " + verdict.sentences;
    return verdict;
}

Json to_json(const Verdict& verdict) {
    Json json = {{"title", verdict.title}, {"text", verdict.text}, {"worth", nullptr}, {"best", verdict.best}};
    if (verdict.worth) json["worth"] = *verdict.worth;
    json["conclusion"] = name(verdict.conclusion);
    json["change"] = verdict.change;
    return json;
}

}  // namespace vernier
