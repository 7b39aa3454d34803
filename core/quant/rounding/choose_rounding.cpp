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

void say(Prepared& prepared, const char* code, std::string text, std::string remedy = {}) {
    prepared.findings.push_back({Severity::info, code, kNone, {}, {}, std::move(text), std::move(remedy)});
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

/// The best so far: words say what samples chose of it.
struct Taken {
    std::string words;
    OutputScores scores;
    std::shared_ptr<const SampleRounding> rounding = {};
};

/// Nearest codes, with biases that give back what they take on average unless that lowers a score.
Taken nearest_codes(const Prepared& prepared, const Judge& judge) {
    Taken given{{}, judge.scores(prepared)};
    if (items_with_biases(prepared).empty()) return given;
    const auto kept = std::make_shared<SampleRounding>();
    kept->keep_biases(true);
    Prepared plain = prepared;
    plain.rounding = kept;
    Taken unchanged{{}, judge.scores(plain), kept};
    return gain(unchanged.scores, given.scores) > -kLeastGain ? given : unchanged;
}

/// Codes by samples, then the means behind them as well, then without biases where nearest codes do better so.
Taken best_codes(const Prepared& prepared, const RoundingRun& run, const Judge& judge, const Taken& nearest, const Job& job) {
    Taken best = nearest;
    const std::shared_ptr<SampleRounding> rounding = learn_inputs(prepared, run.samples, learning_runs(run.samples), job);
    if (rounding->empty()) return best;
    Prepared tried = prepared;
    tried.rounding = rounding;
    const auto take = [&](const std::string& words) {
        const OutputScores scores = judge.scores(tried);
        const bool better = gain(nearest.scores, scores) >= kLeastGain && (best.words.empty() || gain(best.scores, scores) > 0);
        if (better) best = {words, scores, rounding};
        return better;
    };
    take("codes");
    const bool biases = !items_with_biases(prepared).empty();
    if (biases || !prepared.static_plan.heavy.empty()) {
        learn_means(
            rounding, tried, run.samples, [&] { return run.emit(tried); }, job);
        if (!take("codes and biases")) rounding->forget_means();
    }
    if (biases && nearest.rounding) {
        rounding->keep_biases(true);
        if (!take("codes (with biases as they are)")) rounding->keep_biases(false);
    }
    return best;
}

}  // namespace

void choose_rounding(Prepared& prepared, const RoundingRun& run, const Job& job) {
    const auto nothing = [&](const std::string& why, std::string remedy = {}) {
        if (run.by_samples) say(prepared, "weights-rounded", fmt::format("Weights are rounded to nearest: {}.", why), std::move(remedy));
    };
    if (const std::string why = why_not(run.samples); !why.empty()) return nothing(why, "Give at least 16 calibration samples (--data).");
    std::optional<Judge> judge;
    try {
        judge.emplace(judge_of(run, job));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return nothing(fmt::format("the opened model does not run on the samples: {}", error.what()));
    }
    if (judge->trial.too_large()) return nothing("the outputs of the samples take too much memory to hold others against them");
    const Taken nearest = nearest_codes(prepared, *judge);
    const Taken taken = run.by_samples ? best_codes(prepared, run, *judge, nearest, job) : nearest;
    prepared.rounding = taken.rounding;
    if (taken.rounding && taken.rounding->keeps_biases())
        say(prepared, "biases-kept", "Biases stay as they are: giving back what rounding the weights takes on average keeps less on held-out samples.");
    if (!run.by_samples) return;
    if (taken.words.empty())
        return nothing(fmt::format("what samples chose keeps no more than {} on {} held-out samples", decibels(nearest.scores), judge->samples));
    say(prepared, "weights-rounded",
        fmt::format("Weights: {} chosen by samples keep {} against FP32 on {} held-out samples, nearest ones {}.", taken.words, decibels(taken.scores),
                    judge->samples, decibels(nearest.scores)));
}

}  // namespace vernier
