// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rounding/choose_rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/quant/calibration/output_scores.h"
#include "core/quant/rounding/learn.h"

namespace vernier {
namespace {

constexpr std::uint64_t kFewestSamples = 16;
constexpr std::size_t kMostRuns = 32;
constexpr double kLeastGain = 0.05;                           ///< dB: less is chance
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;  ///< of FP32's outputs that are kept

using Outputs = std::vector<Tensor>;
using Scores = std::vector<std::optional<OutputScore>>;

void say(Prepared& prepared, std::string text, std::string remedy = {}) {
    prepared.findings.push_back({Severity::info, "weights-rounded", kNone, {}, {}, std::move(text), std::move(remedy)});
}

/// Runs models on the held-out samples.
class Judge {
public:
    Judge(const RoundingRun& run, const LearningRuns& runs, const Job& job) : run_(run), job_(job) {
        for (std::size_t i = 0; i < std::min(runs.held_out.size(), kMostRuns); ++i) {
            inputs_.push_back(load_run(*run.samples.dataset, Split::calibration, runs.held_out[i]));
            samples_ += runs.held_out[i].size();
        }
        fp32_ = outputs_of(run.fp32);
    }

    [[nodiscard]] std::size_t samples() const { return samples_; }

    [[nodiscard]] bool too_large() const {
        std::uint64_t bytes = 0;
        for (const Outputs& outputs : fp32_)
            for (const Tensor& tensor : outputs) bytes += tensor.bytes.size();
        return bytes > kMostBytes;
    }

    /// Empty where the model does not run.
    [[nodiscard]] Scores scores(const Prepared& prepared) const {
        try {
            const auto outputs = outputs_of(std::make_shared<const onnx::ModelProto>(run_.emit(prepared)));
            Scores scores;
            for (std::size_t output = 0; output < fp32_.front().size(); ++output) {
                std::vector<const Tensor*> x, y;
                for (std::size_t i = 0; i < fp32_.size(); ++i) {
                    x.push_back(&fp32_[i].at(output));
                    y.push_back(&outputs[i].at(output));
                }
                scores.push_back(score_of(x, y));
            }
            return scores;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            return {};
        }
    }

private:
    std::vector<Outputs> outputs_of(const std::shared_ptr<const onnx::ModelProto>& model) const {
        const auto session = Session::open(run_.samples.runtime, model, run_.samples.target);
        std::vector<Outputs> outputs(inputs_.size());
        parallel_for(inputs_.size(), run_.samples.at_once, [&](std::size_t i) {
            job_.check();
            outputs[i] = session->run(inputs_[i], {}, job_.stop());
        });
        return outputs;
    }

    const RoundingRun& run_;
    const Job& job_;
    std::vector<std::map<std::string, Tensor>> inputs_;
    std::vector<Outputs> fp32_;
    std::size_t samples_ = 0;
};

/// Of the output that keeps least.
std::string decibels(const Scores& scores) {
    std::optional<double> least;
    for (const auto& score : scores)
        if (score && (!least || score->by_sample < *least)) least = score->by_sample;
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
    Scores scores;
};

/// Codes by samples, then the means behind them as well. Sets what is best.
Taken take_best(Prepared& prepared, const RoundingRun& run, const Judge& judge, const Scores& nearest, const Job& job) {
    Taken best{{}, nearest};
    const std::shared_ptr<SampleRounding> rounding = learn_inputs(prepared, run.samples, learning_runs(run.samples), job);
    if (rounding->empty()) return best;
    Prepared tried = prepared;
    tried.rounding = rounding;
    const auto take = [&](const std::string& words) {
        const Scores scores = judge.scores(tried);
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
    const LearningRuns runs = learning_runs(run.samples);
    std::optional<Judge> judge;
    try {
        judge.emplace(run, runs, job);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return say(prepared, fmt::format("Weights are rounded to nearest: the opened model does not run on the samples: {}.", error.what()));
    }
    if (judge->too_large())
        return say(prepared, "Weights are rounded to nearest: the outputs of the samples take too much memory to hold others against them.");
    const Scores nearest = judge->scores(prepared);
    const Taken taken = take_best(prepared, run, *judge, nearest, job);
    if (taken.words.empty())
        return say(prepared, fmt::format("Weights are rounded to nearest: what samples chose keeps no more than {} on {} held-out samples.", decibels(nearest),
                                         judge->samples()));
    say(prepared, fmt::format("Weights: {} chosen by samples keep {} against FP32 on {} held-out samples, nearest ones {}.", taken.words,
                              decibels(taken.scores), judge->samples(), decibels(nearest)));
}

}  // namespace vernier
