// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/flow/verify.h"
#include "core/model/staged.h"
#include "core/quant/plan.h"

namespace vernier {

/// What emits a quantized model, so that it can be checked and emitted again. Quantization is one; tests plant faults.
struct Emitting {
    std::function<std::shared_ptr<const onnx::ModelProto>(const std::set<NodeId>& also_float)> emit;
    std::function<Plan()> plan;
    std::function<void(const std::set<NodeId>& nodes, const std::string& why)> keep_float;
    /// The same two where the rewriting of the graph is at fault: prepared anew with these nodes left as they were. May be empty.
    std::function<std::shared_ptr<const onnx::ModelProto>(const std::set<NodeId>& untouched)> emit_anew = {};
    std::function<void(const std::set<NodeId>& nodes, const std::string& why)> leave_untouched = {};
    /// What INT8 adds to the outputs of each node, as a part of their power, as far as it can be told from ranges. May be empty.
    std::function<std::map<NodeId, double>()> noise = {};
    bool timing = true;  ///< false: groups that make the file slower are not looked for
    double seconds = 0;  ///< of processor time that quantizing took: searches for a better file are bounded by it
};

/// A file that was checked, staged beside its target, and what had to be done for it.
struct Mended {
    StagedModel file;
    Verification verified;
    std::vector<Finding> findings;  ///< kept-float, nothing-to-gain, and those of what is executed
    bool took_slower_back = false;  ///< nodes that INT8 makes slower went back
    Audit executed = {};            ///< what the runtime makes of the file; empty where that was not looked at (very large files)
};

/// Checks what is emitted, beside the target, and takes nodes back to float until nothing is wrong with it:
///   - the runtime dies of it, refuses it, or an output is not FP32's: the smallest set of nodes that repairs it, by halving;
///   - few nodes that cost an output more than INT8 usually does (low_sqnr.h): unless a rule or a click chose them;
///   - INT8 nodes that the runtime runs in float, and groups of nodes that make the file slower than the opened one: unless a
///     rule or a click chose them.
/// Throws Error{internal} when no set of nodes repairs it, Error{cannot_write, cancelled}.
[[nodiscard]] Mended mend(const Emitting& emitting, Verifier& verifier, const Model& model, const std::filesystem::path& target, const Job& job);

}  // namespace vernier
