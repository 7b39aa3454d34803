// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "core/base/error.h"
#include "core/quant/calibration/output_trial.h"
#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

constexpr std::uint64_t kMostSamples = 32, kFewestSamples = 16;
constexpr std::uint64_t kShare = 4;  ///< of the calibration samples one in so many, so that trials cost about twice what calibrating does
constexpr double kRealGain = 0.5;    ///< dB
constexpr int kDraws = 2;            ///< further ones, with ranges a little wider, of the best
constexpr std::size_t kBest = 3;     ///< beside the one that stands without a trial

using Inputs = std::vector<std::map<std::string, Tensor>>;

std::vector<RangeTrial> candidates(const Calibration& recipe) {
    const auto trial = [&](std::string title, std::string method, std::map<std::string, double, std::less<>> options = {}) {
        return RangeTrial{std::move(title), {std::move(method), std::move(options), recipe.samples, recipe.given}};
    };
    return {{"MSE, clipping counted 4 times", settled(recipe)},
            trial("MinMax", "minmax"),
            trial("percentile 99.999", "percentile", {{"percentile", 99.999}}),
            trial("percentile 99.99", "percentile"),
            trial("half way between MinMax and percentile", "middle"),
            trial("MSE", "mse")};
}

std::uint64_t samples_for(const RangeRun& run) {
    const std::uint64_t there = pick_samples(run.dataset, Split::calibration, run.calibration.samples).size();
    return std::min(kMostSamples, std::max(std::min(there, kFewestSamples), there / kShare));
}

Inputs inputs_of(const RangeRun& run, std::uint64_t samples) {
    const auto indices = pick_samples(run.dataset, Split::calibration, samples);
    const std::size_t batch = run.dataset.batch();
    Inputs inputs;
    for (std::size_t at = 0; at < indices.size(); at += batch)
        inputs.push_back(load_run(run.dataset, Split::calibration, std::span(indices).subspan(at, std::min(batch, indices.size() - at))));
    return inputs;
}

/// Trials of ways to ranges.
struct Bench {
    const EmitRanges& emit;
    OutputTrial trial;

    [[nodiscard]] std::vector<OutputScores> scores(const std::vector<Calibration>& calibrations) const {
        std::vector<OutputTrial::MakeModel> makes;
        for (const Calibration& calibration : calibrations) makes.emplace_back([this, &calibration] { return emit(calibration); });
        return trial.scores(makes);
    }
};

RangeChoice without_runs(const RangeRun& run, std::string why) { return {settled(run.calibration), {}, 0, 0, std::move(why)}; }

void set_gains(std::vector<RangeTrial>& trials) {
    for (RangeTrial& trial : trials) trial.gain = gain(trials.front().scores, trial.scores);
    trials.front().gain = 0;
}

/// A gain that was seen once only is none.
std::size_t best_of(const std::vector<RangeTrial>& trials) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < trials.size(); ++i)
        if (trials[i].draws > 1 && trials[i].gain >= kRealGain && trials[i].gain > trials[best].gain) best = i;
    return best;
}

/// Those that may win, best first: a gain in one run may be luck, so they and the first are run again.
std::vector<std::size_t> contenders(const std::vector<RangeTrial>& trials) {
    std::vector<std::size_t> found;
    for (std::size_t i = 1; i < trials.size(); ++i)
        if (trials[i].gain > 0) found.push_back(i);
    std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return trials[a].gain > trials[b].gain; });
    if (found.size() > kBest) found.resize(kBest);
    if (!found.empty()) found.push_back(0);
    return found;
}

/// Those that may win, and the first, with ranges a little wider: a score is the mean of all its draws.
void try_again(std::vector<RangeTrial>& trials, const std::vector<std::size_t>& which, const Bench& bench) {
    std::vector<Calibration> draws;
    for (const std::size_t i : which)
        for (int draw = 1; draw <= kDraws; ++draw) draws.push_back(widened(trials[i].calibration, draw));
    const auto scores = bench.scores(draws);
    for (std::size_t at = 0; at < which.size(); ++at) {
        RangeTrial& trial = trials[which[at]];
        std::vector<OutputScores> seen = {trial.scores};
        std::copy_if(scores.begin() + static_cast<std::ptrdiff_t>(kDraws * at), scores.begin() + static_cast<std::ptrdiff_t>(kDraws * (at + 1)),
                     std::back_inserter(seen), [](const OutputScores& one) { return !one.empty(); });
        trial.draws = seen.size();
        trial.scores = mean_of(seen);
    }
}

/// All once, then those that may win again, with the one that they must beat.
void try_all(std::vector<RangeTrial>& trials, const Bench& bench, const Job& job) {
    std::vector<Calibration> all;
    for (const RangeTrial& trial : trials) all.push_back(trial.calibration);
    const auto scores = bench.scores(all);
    for (std::size_t i = 0; i < trials.size(); ++i) trials[i].scores = scores[i];
    set_gains(trials);
    job.step("ranges", 1, 2);
    try_again(trials, contenders(trials), bench);
    set_gains(trials);
}

}  // namespace

RangeChoice choose_ranges(const RangeRun& run, const EmitRanges& emit, const Job& job) {
    const std::uint64_t samples = samples_for(run);
    if (samples < kFewestSamples) return without_runs(run, fmt::format("{} samples are too few to choose by; {} are needed", samples, kFewestSamples));
    job.step("ranges", 0, 2);
    std::optional<Bench> bench;
    try {
        bench.emplace(Bench{emit, {{run.runtime, run.target, run.at_once, run.fp32, inputs_of(run, samples)}, job}});
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return without_runs(run, fmt::format("the opened model does not run on them: {}", error.what()));
    }
    if (bench->trial.too_large()) return without_runs(run, "the outputs of the samples take too much memory to hold others against them");
    RangeChoice choice{{}, candidates(run.calibration), 0, static_cast<std::size_t>(samples), {}};
    try_all(choice.trials, *bench, job);
    if (choice.trials.front().scores.empty()) return without_runs(run, "the quantized model does not run on them");
    choice.taken = best_of(choice.trials);
    choice.calibration = choice.trials[choice.taken].calibration;
    return choice;
}

Finding finding_of(const RangeChoice& choice) {
    Finding finding{Severity::info, "ranges-chosen", kNone, {}, {}, {}, "Another one can be named (--calibration)."};
    if (choice.trials.empty()) {
        finding.text = fmt::format("Ranges by MSE with clipping counted 4 times, without a trial: {}.", choice.why_not);
        return finding;
    }
    std::vector<std::string> others;
    for (std::size_t i = 0; i < choice.trials.size(); ++i)
        if (const auto db = least_by_sample(choice.trials[i].scores); i != choice.taken && db)
            others.push_back(fmt::format("{} {:.1f}", choice.trials[i].title, *db));
    const auto kept = least_by_sample(choice.trials[choice.taken].scores);
    finding.text = fmt::format("Ranges by {}, of {} ways that were tried on {} samples{}{}.", choice.trials[choice.taken].title, choice.trials.size(),
                               choice.samples, kept ? fmt::format(": {:.1f} dB against FP32", *kept) : std::string(),
                               others.empty() ? std::string() : fmt::format(" ({})", fmt::join(others, ", ")));
    return finding;
}

Json to_json(const RangeChoice& choice) {
    Json trials = Json::array();
    for (const RangeTrial& trial : choice.trials) {
        Json scores = Json::array();
        for (const auto& score : trial.scores)
            scores.push_back(score ? Json{{"by_sample_db", score->by_sample}, {"by_channel_db", score->by_channel ? Json(*score->by_channel) : Json()}}
                                   : Json());
        trials.push_back({{"title", trial.title},
                          {"method", trial.calibration.method},
                          {"options", trial.calibration.options},
                          {"runs", trial.draws},
                          {"gain_db", trial.gain},
                          {"outputs", scores}});
    }
    return {{"method", choice.calibration.method},
            {"options", choice.calibration.options},
            {"samples", choice.samples},
            {"trials", trials},
            {"why_not", choice.why_not}};
}

}  // namespace vernier
