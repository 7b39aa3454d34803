// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/job.h"
#include "core/base/tensor.h"
#include "core/quant/canonical.h"
#include "core/runtime/runtime.h"

namespace onnx {
class ModelProto;
}

namespace vernier {

/// A place in a model where all before it can be left out: the tensors that pass it, and what they are for each run.
struct FloatStart {
    std::vector<std::string> tensors;
    std::vector<std::map<std::string, Tensor>> values;  ///< one a run
};
using FloatStartPtr = std::shared_ptr<const FloatStart>;

/// Trials that change nothing before a place of the model need not run what lies before it again: they start from what the float model
/// has there. A few places, evenly over the multiply-accumulates; what passes those in use is kept, so that memory does
/// not grow with the trials. Functions may be called from several threads.
class FloatPrefix {
public:
    FloatPrefix(RuntimePtr runtime, CanonicalPtr canonical, Target target);

    /// Where a trial that changes these nodes can start; null where it is better run from the model's inputs.
    [[nodiscard]] FloatStartPtr start_of(const std::vector<NodeId>& changed, const std::vector<std::map<std::string, Tensor>>& runs,
                                         const std::vector<std::size_t>& which, const Job& job);

private:
    struct Key {
        std::size_t place = 0;
        std::vector<std::size_t> which;
        auto operator<=>(const Key&) const = default;
    };
    [[nodiscard]] std::vector<std::string> passing(std::size_t position) const;
    [[nodiscard]] FloatStartPtr run(std::size_t place, const std::vector<std::map<std::string, Tensor>>& runs, const std::vector<std::size_t>& which,
                                    const Job& job) const;

    RuntimePtr runtime_;
    CanonicalPtr canonical_;
    Target target_;
    std::vector<int> order_;                  ///< items
    std::map<NodeId, std::size_t> position_;  ///< in order_
    std::vector<std::size_t> places_;         ///< positions, rising
    std::mutex mutex_;
    std::vector<std::pair<Key, FloatStartPtr>> kept_;  ///< the latest last; null: too large
};

/// Makes a written trial start there. False, and the trial unchanged, where that is not possible.
[[nodiscard]] bool start_trial(onnx::ModelProto& trial, const FloatStart& start);

}  // namespace vernier
