// SPDX-License-Identifier: GPL-3.0-or-later
// AUROC, one class against the rest: the share of pairs of a sample of the class and one of another in which the first has the higher
// probability (a tie counts half), as a mean over the classes that some labels name and some do not. Scores that are no probabilities
// go through a softmax. Of a single score: yes against no, over all samples or all steps of all samples.
#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/labelled.h"

namespace vernier {
namespace {

constexpr char kId[] = "auroc";

/// Samples, or steps, by the probability of one class, the lowest first.
struct Ranked {
    std::uint32_t class_index = 0;
    std::vector<std::uint32_t> order;
    std::vector<bool> higher;  ///< than the one before
};

struct Ranking {
    std::vector<std::uint32_t> label;
    std::vector<std::uint32_t> sample;  ///< of each step; empty where each is a sample of its own
    std::vector<Ranked> classes;        ///< that have samples
};

Ranked ranked(std::uint32_t class_index, std::size_t n, const std::function<double(std::size_t)>& score) {
    std::vector<double> scores(n);
    for (std::size_t i = 0; i < n; ++i) scores[i] = score(i);
    Ranked result{class_index, std::vector<std::uint32_t>(n), std::vector<bool>(n)};
    std::iota(result.order.begin(), result.order.end(), 0U);
    std::sort(result.order.begin(), result.order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b]; });
    for (std::size_t i = 1; i < n; ++i) result.higher[i] = scores[result.order[i]] > scores[result.order[i - 1]];
    return result;
}

/// Of one class; negative where it has no samples, or all.
double area_of(const Ranked& ranked, const Ranking& all, std::span<const std::uint32_t> times) {
    double wins = 0, own = 0, others = 0, tied_own = 0, tied_others = 0;
    const auto close = [&] {
        wins += tied_own * (others + 0.5 * tied_others);
        own += tied_own;
        others += tied_others;
        tied_own = tied_others = 0;
    };
    for (std::size_t i = 0; i < ranked.order.size(); ++i) {
        if (ranked.higher[i]) close();
        const std::uint32_t at = ranked.order[i];
        (all.label[at] == ranked.class_index ? tied_own : tied_others) += times[all.sample.empty() ? at : all.sample[at]];
    }
    close();
    return own > 0 && others > 0 ? wins / (own * others) : -1;
}

double macro_area(const Ranking& ranking, std::span<const std::uint32_t> times) {
    double sum = 0, n = 0;
    for (const Ranked& each : ranking.classes) {
        const double area = area_of(each, ranking, times);
        if (area < 0) continue;
        sum += area;
        n += 1;
    }
    return n > 0 ? 100 * sum / n : std::numeric_limits<double>::quiet_NaN();
}

/// Of a single score: of yes against no.
std::optional<Statistic> of_decisions(const Answers& own, const Answers& baseline) {
    const auto decisions = decisions_of(own, baseline);
    if (!decisions) return std::nullopt;
    auto ranking = std::make_shared<Ranking>();
    const std::vector<Decision>& all = decisions->all;
    for (const Decision& each : all) {
        ranking->label.push_back(each.yes ? 1 : 0);
        ranking->sample.push_back(each.sample);
    }
    ranking->classes.push_back(ranked(1, all.size(), [&](std::size_t i) { return all[i].score; }));
    return Statistic{decisions->samples, 2.0 * static_cast<double>(all.size()),
                     [ranking](std::span<const std::uint32_t> times) { return macro_area(*ranking, times); }};
}

std::optional<Statistic> statistic(const Answers& own, const Answers& baseline) {
    if (own.task == Task::steps || own.classes == 0) return of_decisions(own, baseline);
    const auto labelled = labelled_of(own);
    if (!labelled || labelled->classes != own.classes) return std::nullopt;
    const Probabilities probabilities(own, baseline);
    if (!probabilities.known(*labelled)) return std::nullopt;
    auto ranking = std::make_shared<Ranking>();
    ranking->label = labelled->label;
    std::vector<bool> seen(labelled->classes);
    for (const std::uint32_t label : labelled->label) seen[label] = true;
    for (std::uint32_t each = 0; each < labelled->classes; ++each)
        if (seen[each])
            ranking->classes.push_back(ranked(each, labelled->sample.size(), [&](std::size_t i) { return probabilities.of(labelled->sample[i], each); }));
    const auto n = labelled->sample.size();
    return Statistic{n, 2.0 * static_cast<double>(n) * static_cast<double>(ranking->classes.size()),
                     [ranking](std::span<const std::uint32_t> times) { return macro_area(*ranking, times); }};
}

}  // namespace

extern constexpr Metric kAuroc = {.figure = kept_figure<kId>({"AUROC", "AUROC"}, Better::higher),
                                  .of = only(Task::classification) | only(Task::decision) | only(Task::steps),
                                  .of_answers = statistic};

}  // namespace vernier
