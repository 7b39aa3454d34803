// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/job.h"
#include "core/quant/calibration/output_scores.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Inputs that quantized models are run on, and what the FP32 model answers to them. The job must outlive it.
class OutputTrial {
public:
    struct Setting {
        RuntimePtr runtime;
        Target target;
        int at_once = 0;                                    ///< runs, or models, at the same time; 0 = one a processor
        std::shared_ptr<const onnx::ModelProto> fp32 = {};  ///< what others are held against
        std::vector<std::map<std::string, Tensor>> inputs;  ///< of each run
    };
    using MakeModel = std::function<std::shared_ptr<const onnx::ModelProto>()>;

    /// Runs the FP32 model. Throws Error where it does not run.
    OutputTrial(Setting setting, const Job& job);

    /// FP32's answers take more than 256 MB: too much to keep others beside them.
    [[nodiscard]] bool too_large() const;
    /// Empty where the model cannot be made or does not run; that it is cancelled stops all.
    [[nodiscard]] OutputScores scores(const MakeModel& make) const { return scores(make, setting_.at_once); }
    /// The same of several, in their order. Small ones are made, opened and run at the same time, since opening takes one processor only;
    /// make is then called from several threads.
    [[nodiscard]] std::vector<OutputScores> scores(const std::vector<MakeModel>& makes) const;

private:
    using Outputs = std::vector<Tensor>;
    [[nodiscard]] OutputScores scores(const MakeModel& make, int at_once) const;
    [[nodiscard]] std::vector<Outputs> outputs_of(const std::shared_ptr<const onnx::ModelProto>& model, int at_once) const;

    Setting setting_;
    const Job& job_;
    std::vector<Outputs> fp32_;  ///< by run
};

}  // namespace vernier
