// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/output_trial.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace vernier {

OutputTrial::OutputTrial(Setting setting, const Job& job) : setting_(std::move(setting)), job_(job) { fp32_ = outputs_of(setting_.fp32, setting_.at_once); }

bool OutputTrial::too_large() const {
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;
    std::uint64_t bytes = 0;
    for (const Outputs& run : fp32_)
        for (const Tensor& tensor : run) bytes += tensor.bytes.size();
    return bytes > kMostBytes;
}

std::vector<OutputScores> OutputTrial::scores(const std::vector<MakeModel>& makes) const {
    constexpr std::uint64_t kSmall = std::uint64_t{1} << 27;  // bytes: each model takes a few times its weights
    const bool together = makes.size() > 1 && setting_.fp32->ByteSizeLong() < kSmall;
    std::vector<OutputScores> found(makes.size());
    parallel_for(makes.size(), together ? setting_.at_once : 1, [&](std::size_t i) { found[i] = scores(makes[i], together ? 1 : setting_.at_once); });
    return found;
}

OutputScores OutputTrial::scores(const MakeModel& make, int at_once) const {
    try {
        const auto outputs = outputs_of(make(), at_once);
        OutputScores scores;
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

std::vector<OutputTrial::Outputs> OutputTrial::outputs_of(const std::shared_ptr<const onnx::ModelProto>& model, int at_once) const {
    const auto session = Session::open(setting_.runtime, model, setting_.target);
    std::vector<Outputs> outputs(setting_.inputs.size());
    parallel_for(outputs.size(), at_once, [&](std::size_t i) {
        job_.check();
        outputs[i] = session->run(setting_.inputs[i], {}, job_.stop());
    });
    return outputs;
}

}  // namespace vernier
