// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/choose_rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/quant/calibration/output_trial.h"
#include "core/quant/rounding/learn.h"

namespace vernier {
namespace {

constexpr std::uint64_t kFewestSamples = 16;
constexpr std::size_t kMostRuns = 32;
constexpr double kLeastGain = 0.05;  ///< dB: less is chance

void say(Prepared& prepared, std::string text, std::string remedy = {}) {
    prepared.findings.push_back({Severity::info, "weights-rounded", kNone, {}, {}, std::move(text), std::move(remedy)});
}

/// Models on the held-out samples.
struct Judge {
    const RoundingRun& run;
    std::size_t samples = 0;
    OutputTrial trial;

    [[nodiscard]] OutputScores scores(const Prepared& prepared) const {
        return trial.scores([&] { return std::make_shared<const onnx::ModelProto>(run.emit(prepared)); });
    }
};

Judge judge_of(const RoundingRun& run, const Job& job) {
    const LearningRuns runs = learning_runs(run.samples);
    OutputTrial::Setting setting{run.samples.runtime, run.samples.target, run.samples.at_once, run.fp32, {}};
    std::size_t samples = 0;
    for (std::size_t i = 0; i < std::min(runs.held_out.size(), kMostRuns); ++i) {
        setting.inputs.push_back(load_run(*run.samples.dataset, Split::calibration, runs.held_out[i]));
        samples += runs.held_out[i].size();
    }
    return {run, samples, {std::move(setting), job}};
}

std::string decibels(const OutputScores& scores) {
    const auto least = least_by_sample(scores);
    return least ? fmt::format("{:.1f} dB", *least) : std::string("nothing to compare");
}

std::string why_not(const Samples& samples) {
    if (!samples.dataset || samples.dataset->size(Split::calibration) == 0) return "there are no samples";
    const std::uint64_t there = pick_samples(*samples.dataset, Split::calibration, samples.count).size();
    const LearningRuns runs = learning_runs(samples);
    if (there < kFewestSamples || runs.held_out.empty())
        return fmt::format("{} samples in {} runs are too few to choose by; {} in 4 are needed", there, runs.learned.size() + runs.held_out.size(),
                           kFewestSamples);
    return {};
}

struct Taken {
    std::string words;
    OutputScores scores;
};

/// Codes by samples, then the means behind them as well. Sets what is best.
Taken take_best(Prepared& prepared, const RoundingRun& run, const Judge& judge, const OutputScores& nearest, const Job& job) {
    Taken best{{}, nearest};
    const std::shared_ptr<SampleRounding> rounding = learn_inputs(prepared, run.samples, learning_runs(run.samples), job);
    if (rounding->empty()) return best;
    Prepared tried = prepared;
    tried.rounding = rounding;
    const auto take = [&](const std::string& words) {
        const OutputScores scores = judge.scores(tried);
        const double gained = gain(nearest, scores);
        const bool better = gained >= kLeastGain && (best.words.empty() || gain(best.scores, scores) > 0);
        if (better) best = {words, scores};
        return better;
    };
    const bool codes = take("codes");
    bool means = false;
    if (!prepared.static_plan.heavy.empty()) {
        learn_means(
            rounding, tried, run.samples, [&] { return run.emit(tried); }, job);
        means = take("codes and biases");
    }
    if (codes && !means) rounding->forget_means();
    if (codes || means) prepared.rounding = rounding;
    return best;
}

}  // namespace

void choose_rounding(Prepared& prepared, const RoundingRun& run, const Job& job) {
    if (const std::string why = why_not(run.samples); !why.empty())
        return say(prepared, fmt::format("Weights are rounded to nearest: {}.", why), "Give at least 16 calibration samples (--data).");
    std::optional<Judge> judge;
    try {
        judge.emplace(judge_of(run, job));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return say(prepared, fmt::format("Weights are rounded to nearest: the opened model does not run on the samples: {}.", error.what()));
    }
    if (judge->trial.too_large())
        return say(prepared, "Weights are rounded to nearest: the outputs of the samples take too much memory to hold others against them.");
    const OutputScores nearest = judge->scores(prepared);
    const Taken taken = take_best(prepared, run, *judge, nearest, job);
    if (taken.words.empty())
        return say(prepared, fmt::format("Weights are rounded to nearest: what samples chose keeps no more than {} on {} held-out samples.", decibels(nearest),
                                         judge->samples));
    say(prepared, fmt::format("Weights: {} chosen by samples keep {} against FP32 on {} held-out samples, nearest ones {}.", taken.words,
                              decibels(taken.scores), judge->samples, decibels(nearest)));
}

}  // namespace vernier
