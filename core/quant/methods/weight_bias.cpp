// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/weight_bias.h"

#include <algorithm>

#include "core/quant/attributes.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/methods/weight_walk.h"
#include "core/quant/operators.h"
#include "core/quant/rounding/sample_rounding.h"

namespace vernier {
namespace {

constexpr int kGatesBias = 3;  ///< input of recurrent nodes: [directions, 2 * gates], those of the input in front of those of the state

const onnx::NodeProto& node_of(const GraphEdit& edit, int item) { return edit.item(static_cast<std::size_t>(item)).proto; }

bool has_input(const onnx::NodeProto& node, int slot) { return slot < node.input_size() && !node.input(slot).empty(); }

bool is_convolution(const onnx::NodeProto& node) { return node.op_type() == "Conv" || node.op_type() == "ConvTranspose"; }

/// The bias of gates [directions, 2 * gates] with the shifts [directions, gates] of those of the input.
std::vector<float> with_shifts(std::vector<float> bias, const std::vector<float>& shift, std::size_t directions) {
    bias.resize(2 * shift.size(), 0.f);
    const std::size_t gates = shift.size() / directions;
    for (std::size_t row = 0; row < shift.size(); ++row) bias[row / gates * 2 * gates + row % gates] += shift[row];
    return bias;
}

}  // namespace

bool can_give_back(const GraphEdit& edit, int item) {
    const auto& node = node_of(edit, item);
    const bool gemm = node.op_type() == "Gemm", product = node.op_type() == "MatMul", recurrent = is_recurrent(node.op_type());
    if (!(is_convolution(node) || gemm || product || recurrent) || !has_input(node, 1)) return false;
    if (!edit.is_constant(node.input(1)) || edit.is_constant(node.input(0))) return false;
    const auto dims = edit.dims(node.input(1));
    if (recurrent) return dims.size() == 3 && (!has_input(node, kGatesBias) || edit.is_float_constant(node.input(kGatesBias)));
    if (!is_convolution(node) && dims.size() != 2) return false;
    if (gemm && (attribute_float(node, "alpha", 1.f) == 0 || attribute_float(node, "beta", 1.f) == 0)) return false;
    return (!product && !has_input(node, 2)) || channel_bias(edit, item, weight_walk(node, dims).channels).node >= 0;
}

bool watch_means(const Prepared& prepared, const std::vector<int>& items, std::map<std::string, std::optional<int>>& tensors) {
    bool any = false;
    for (const int item : items) {
        if (!can_give_back(prepared.edit, item)) continue;
        const auto& node = node_of(prepared.edit, item);
        std::optional<int>& axis = tensors[node.input(0)];
        if (!axis) axis = input_channel_axis(node);
        any = true;
    }
    return any;
}

bool WeightBias::gives_back(int item) const {
    if ((prepared_.rounding && prepared_.rounding->keeps_biases()) || !can_give_back(edit_, item)) return false;
    const auto& node = node_of(edit_, item);
    const auto seen = seen_.find(node.input(0));
    if (seen == seen_.end() || seen->second.channel_axis != input_channel_axis(node)) return false;
    return node.op_type() != "ConvTranspose" || !shares_of_taps(edit_, node, edit_.dims(node.input(1)), seen_).empty();
}

void WeightBias::give_back(int item, GivenBack given) {
    if (!gives_back(item)) return;
    const auto& node = node_of(edit_, item);
    const std::string weight = node.input(1);
    given.walk.tap_share = shares_of_taps(edit_, node, edit_.dims(weight), seen_);
    const std::vector<double> quantized = prepared_.rounding ? prepared_.rounding->mean(node.input(0)) : std::vector<double>();
    std::vector<float> shift = bias_shift(given.weight, given.rounded, given.walk, seen_.at(node.input(0)).channel_mean, quantized);
    if (shift.empty()) return;
    for (float& value : shift) value *= given.factor;
    if (is_recurrent(node.op_type())) {
        const auto directions = static_cast<std::size_t>(edit_.dims(weight)[0]);
        const bool has = has_input(node, kGatesBias);
        const std::string name = has ? node.input(kGatesBias) : weight + "_bias";
        const auto values = with_shifts(has ? edit_.floats(name) : std::vector<float>(), shift, directions);
        const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(directions), static_cast<std::int64_t>(values.size() / directions)};
        edit_.set_input(item, kGatesBias, edit_.add_constant(name + "_corrected", ElementType::float32, dims, values));
        return;
    }
    ChannelBias bias = channel_bias(edit_, item, given.walk.channels);
    if (bias.node < 0) bias = {item, 2, weight + "_bias", std::vector<float>(given.walk.channels, 0.f)};
    for (std::size_t o = 0; o < shift.size(); ++o) bias.values[o] += shift[o];
    auto dims = edit_.dims(bias.name);  // with the axes that it had: of more than the product it widens the result
    if (dims.empty() || element_count(dims) != given.walk.channels) dims.assign(std::max<std::size_t>(dims.size(), 1), 1);
    dims.back() = static_cast<std::int64_t>(given.walk.channels);
    edit_.set_input(bias.node, bias.slot, edit_.add_constant(bias.name + "_corrected", ElementType::float32, dims, bias.values));
}

}  // namespace vernier
