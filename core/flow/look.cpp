// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/look.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/number_text.h"
#include "core/flow/advice.h"
#include "core/model/batch_norm.h"
#include "core/model/weights.h"
#include "core/stats/stats.h"

namespace vernier {
namespace {

constexpr double kMaskAtMost = -1000;  // no score of a trained network is that low
constexpr double kWideChannels = 20;   // from here per-tensor INT8 leaves the smallest channel fewer than 13 codes
constexpr double kDeadChannel = 1e-6;  // of the widest: training left it behind, and nothing is lost with it
constexpr std::int64_t kPerChannelOpset = 13;
constexpr int kTraceDepth = 8;  // nodes on a way back from a value

const Node* producer(const Model& model, ValueId value) {
    return value == kNone || model.value(value).producer == kNone ? nullptr : &model.node(model.value(value).producer);
}

bool is_op(const Node* node, std::string_view op) { return node != nullptr && node->domain.empty() && node->op_type == op; }

/// The smallest number of each constant, 0 at most. One mask may be read by every layer, so it is looked through once.
class Smallest {
public:
    double of(const Initializer& tensor) {
        if (tensor.count() > (std::uint64_t{1} << 20)) return 0;  // a mask constant is small or one per position
        const auto [place, is_new] = known_.try_emplace(&tensor, 0.0);
        if (is_new)
            for (const float value : to_floats(tensor)) place->second = std::min(place->second, static_cast<double>(value));
        return place->second;
    }

private:
    std::unordered_map<const Initializer*, double> known_;
};

/// What to do at a value on the way back from another.
enum class Trace { found, go_on, turn };

/// Shows the values from which one is made, the nearest first and each once (a node that reads one value twice doubles the
/// ways to it), kTraceDepth nodes back. The value at which visit says found; kNone when it never does.
template <class Visit>
ValueId trace_back(const Model& model, ValueId from, const Visit& visit) {
    std::vector<ValueId> row = {from}, next;
    std::unordered_set<ValueId> seen = {from, kNone};
    for (int depth = 0; depth < kTraceDepth && !row.empty(); ++depth, row = std::exchange(next, {}))
        for (const ValueId value : row) {
            const Trace trace = value == kNone ? Trace::turn : visit(value);
            if (trace == Trace::found) return value;
            const Node* node = producer(model, value);
            if (trace == Trace::turn || node == nullptr) continue;
            std::copy_if(node->inputs.begin(), node->inputs.end(), std::back_inserter(next), [&](ValueId input) { return seen.insert(input).second; });
        }
    return kNone;
}

/// True when a value is made from a constant of kMaskAtMost or less by operators that only shape or scale a mask.
bool is_mask(const Model& model, ValueId from, Smallest& smallest) {
    static constexpr std::array<std::string_view, 12> kOps = {"Mul",   "Sub",      "Cast",  "Unsqueeze", "Reshape", "Expand",
                                                              "Where", "Identity", "Slice", "Transpose", "Add",     "Squeeze"};
    return trace_back(model, from, [&](ValueId value) {
               if (const Initializer* constant = model.constant(value)) return smallest.of(*constant) <= kMaskAtMost ? Trace::found : Trace::turn;
               const Node* node = producer(model, value);
               return node != nullptr && std::find(kOps.begin(), kOps.end(), node->op_type) != kOps.end() ? Trace::go_on : Trace::turn;
           }) != kNone;
}

bool folds_into(const Node* before, const Model& model) {
    if (!is_op(before, "Conv") && !is_op(before, "ConvTranspose") && !is_op(before, "Gemm")) return false;
    return before->inputs.size() > 1 && model.constant(before->inputs[1]) != nullptr && model.value(before->outputs[0]).consumers.size() == 1 &&
           !model.value(before->outputs[0]).graph_output;
}

/// Largest over smallest channel range of a depthwise Conv as it will be quantized (BatchNormalization folded in).
/// Channels that are zero or dead do not count. Nothing when it is no depthwise Conv, or one of a weight that was seen.
std::optional<double> channel_spread(const Model& model, const Node& node, std::unordered_set<const Initializer*>& seen) {
    if (!is_op(&node, "Conv") || int_attribute(node, "group").value_or(1) <= 1 || node.inputs.size() < 2) return {};
    const Initializer* weight = model.constant(node.inputs[1]);
    if (weight == nullptr || weight->dims.size() < 3 || weight->dims[1] != 1 || weight->count() == 0 || !seen.insert(weight).second) return {};
    std::vector<float> storage;
    const std::span<const float> values = view_floats(*weight, storage);
    if (values.empty()) return {};
    const Node* norm = folds_into(&node, model) ? batch_norm_after(model, node) : nullptr;
    const std::vector<float> factors = norm != nullptr ? fold_factors(model, *norm) : std::vector<float>();
    const auto channels = static_cast<std::size_t>(weight->dims[0]);
    const std::size_t each = values.size() / channels;
    std::vector<double> ranges;
    for (std::size_t c = 0; c < channels; ++c) {
        double range = 0;
        for (std::size_t i = 0; i < each; ++i) range = std::max(range, std::abs(static_cast<double>(values[c * each + i])));
        if (c < factors.size()) range *= std::abs(static_cast<double>(factors[c]));
        if (range > 0 && std::isfinite(range)) ranges.push_back(range);
    }
    if (ranges.size() < 2) return {};
    const double most = *std::max_element(ranges.begin(), ranges.end());
    double least = most;
    for (const double range : ranges)
        if (range > kDeadChannel * most) least = std::min(least, range);
    return most / least;
}

bool is_square(const Model& model, ValueId value) {
    const Node* node = producer(model, value);
    return is_op(node, "Pow") || (is_op(node, "Mul") && node->inputs.size() == 2 && node->inputs[0] == node->inputs[1]);
}

/// The ReduceMean or ReduceSum over squares from which a value is made, through what exporters put between it and the
/// root: epsilon, a constant factor, the square of the mean, a floor at zero, shapes. kNone when there is none.
NodeId mean_square_behind(const Model& model, ValueId from) {
    static constexpr std::array<std::string_view, 9> kOps = {"Add", "Mul", "Sub", "Max", "Div", "Reshape", "Expand", "Cast", "Unsqueeze"};
    const ValueId found = trace_back(model, from, [&](ValueId value) {
        const Node* node = producer(model, value);
        if (node == nullptr || node->inputs.empty()) return Trace::turn;
        if (is_op(node, "ReduceMean") || is_op(node, "ReduceSum")) return is_square(model, node->inputs[0]) ? Trace::found : Trace::turn;
        return std::find(kOps.begin(), kOps.end(), node->op_type) != kOps.end() ? Trace::go_on : Trace::turn;
    });
    return found == kNone ? kNone : model.value(found).producer;
}

void look_at_batch_norm(const Model& model, std::vector<Finding>& findings) {
    std::size_t folded = 0, left = 0;
    for (const Node& node : model.nodes()) {
        if (!is_op(&node, "BatchNormalization")) continue;
        ++(folds_into(node.inputs.empty() ? nullptr : producer(model, node.inputs[0]), model) ? folded : left);
    }
    if (folded > 0)
        findings.push_back({Severity::info,
                            "unfolded-batchnorm",
                            kNone,
                            {},
                            {},
                            fmt::format("{} BatchNorm node{} behind a Conv or Gemm {} not folded into its weights.", folded, folded == 1 ? "" : "s",
                                        folded == 1 ? "is" : "are"),
                            "Quantizing folds them first."});
    if (left > 0)
        findings.push_back(
            {Severity::info,
             "batchnorm-left",
             kNone,
             {},
             {},
             fmt::format("{} BatchNorm node{} no Conv to fold into and stay{} in float.", left, left == 1 ? " has" : "s have", left == 1 ? "s" : ""),
             {}});
}

void look_at_channels(const Model& model, const Job& job, std::vector<Finding>& findings) {
    std::size_t wide = 0;
    double widest = 0;
    NodeId where = kNone;
    std::unordered_set<const Initializer*> seen;
    for (const Node& node : model.nodes()) {
        job.check();
        const std::optional<double> spread = channel_spread(model, node, seen);
        if (!spread || *spread < kWideChannels) continue;
        ++wide;
        if (*spread <= widest) continue;
        widest = *spread;
        where = node.id;
    }
    if (wide == 0) return;
    findings.push_back({Severity::warning,
                        "wide-channel-ranges",
                        where,
                        model.node(where).label,
                        {},
                        fmt::format("The channels of {} depthwise Conv node{} differ in range by {:.0f} times or more (widest: {} times); "
                                    "one scale per tensor would leave the narrow ones almost nothing.",
                                    grouped(wide), wide == 1 ? "" : "s", kWideChannels, grouped(static_cast<std::uint64_t>(std::min(widest, 1e18)))),
                        "Keep weights per channel (the default); if accuracy still falls, leave the widest in FP32."});
}

void look_at_half(const Model& model, const Job& job, std::vector<Finding>& findings) {
    std::uint64_t overflow = 0;
    std::string where;
    std::vector<float> storage;
    for (const Initializer& tensor : model.initializers()) {
        job.check();
        if (tensor.type != ElementType::float32 && tensor.type != ElementType::float64) continue;
        const std::span<const float> values = view_floats(tensor, storage);
        if (values.empty()) continue;
        const TensorStats stats = compute_stats(values, tensor.dims, 0, 1);
        if (stats.fp16_overflow > 0 && where.empty()) where = tensor.name;
        overflow += stats.fp16_overflow;
    }
    if (overflow > 0)
        findings.push_back({Severity::warning,
                            "fp16-overflow",
                            kNone,
                            {},
                            where,
                            fmt::format("{} constant value{} beyond the range of FP16 (65504).", grouped(overflow), overflow == 1 ? " is" : "s are"),
                            "In FP16 their nodes stay in FP32."});
}

void look_at_attention(const Model& model, std::vector<Finding>& findings) {
    const std::vector<NodeId> masks = masked_scores(model);
    if (masks.empty()) return;
    findings.push_back({Severity::warning,
                        "masked-scores",
                        masks.front(),
                        model.node(masks.front()).label,
                        {},
                        fmt::format("{} node{} a mask constant of {:.0f} or less in front of a Softmax; in static INT8 its range leaves "
                                    "no steps for the real scores.",
                                    masks.size(), masks.size() == 1 ? " adds" : "s add", kMaskAtMost),
                        "Leave these nodes and their Softmax in FP32, or use INT8 dynamic."});
}

void look_at_layer_norms(const Model& model, std::vector<Finding>& findings) {
    const std::vector<NodeId> norms = open_layer_norms(model);
    if (norms.empty()) return;
    findings.push_back({Severity::warning,
                        "open-layernorm",
                        norms.front(),
                        model.node(norms.front()).label,
                        {},
                        fmt::format("{} LayerNormalization{} written as single operators (a mean of squares, its root, a division).", norms.size(),
                                    norms.size() == 1 ? " is" : "s are"),
                        "Leave these nodes in FP32: their variance does not fit into 8 bits."});
}

void look_at_size(const Model& model, const Workload& work, std::vector<Finding>& findings) {
    if (work.quantized_nodes > 0) {
        findings.push_back({Severity::warning,
                            "already-quantized",
                            kNone,
                            {},
                            {},
                            fmt::format("{} nodes of this model are quantized already.", grouped(work.quantized_nodes)),
                            "Start from the float model for a free choice."});
        return;
    }
    if (work.half)
        findings.push_back({Severity::info,
                            "already-half",
                            kNone,
                            {},
                            {},
                            "Most weights of this model are in half precision already.",
                            "INT8 methods work on it; inputs and outputs keep their types. The FP32 model gives INT8 better weights."});
    if (tiny(work))
        findings.push_back({Severity::info,
                            "tiny-model",
                            kNone,
                            {},
                            {},
                            fmt::format("This model is tiny ({} multiply-accumulates): nothing to gain in time, since "
                                        "converting to integers costs more than it saves.",
                                        grouped(work.macs)),
                            "Quantize it for size only, and measure."});
    if (model.opset() > 0 && model.opset() < kPerChannelOpset)
        findings.push_back({Severity::info,
                            "opset-upgrade",
                            kNone,
                            {},
                            {},
                            fmt::format("Opset {} is too old for per-channel INT8, which needs {}.", model.opset(), kPerChannelOpset),
                            "Quantizing upgrades it."});
}

}  // namespace

std::vector<NodeId> masked_scores(const Model& model) {
    std::vector<NodeId> found;
    Smallest smallest;
    for (const Node& node : model.nodes()) {
        if (!is_op(&node, "Softmax") || node.inputs.empty()) continue;
        const Node* before = producer(model, node.inputs[0]);
        if (!is_op(before, "Add") && !is_op(before, "Where")) continue;
        const bool masked = std::any_of(before->inputs.begin(), before->inputs.end(), [&](ValueId input) { return is_mask(model, input, smallest); });
        if (masked) found.push_back(before->id);
    }
    return found;
}

std::vector<NodeId> open_layer_norms(const Model& model) {
    std::vector<NodeId> found;
    std::unordered_set<NodeId> seen;
    for (const Node& root : model.nodes()) {
        if (!is_op(&root, "Sqrt") || root.inputs.empty()) continue;
        const NodeId variance = mean_square_behind(model, root.inputs[0]);
        if (variance != kNone && seen.insert(variance).second) found.push_back(variance);
    }
    return found;
}

std::vector<Finding> look(const Model& model, const Job& job) {
    std::vector<Finding> findings = model.findings();
    look_at_size(model, workload_of(model), findings);
    look_at_batch_norm(model, findings);
    look_at_channels(model, job, findings);
    look_at_half(model, job, findings);
    look_at_attention(model, findings);
    look_at_layer_norms(model, findings);
    return findings;
}

}  // namespace vernier
