// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/layers/fault.h"
#include "core/layers/quant_range.h"
#include "core/layers/tensor_error.h"
#include "core/layers/twin_rules.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kScaleTolerance = 1e-3;  // what two ways to round a product of scales differ by
constexpr double kWeightDb = 10;          // a weight below it is another one; 8 bits keep above 20 even with one scale
constexpr double kBetterDb = 10;          // by which another axis must be better
constexpr double kAtLimit = 0.1;          // share of a weight's codes at the ends of their range
constexpr std::int64_t kAxisOpset = 13, kWideOpset = 21, kSoftmaxOpset = 13;

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

bool is_one_of(const Node& node, std::initializer_list<std::string_view> ops) { return std::find(ops.begin(), ops.end(), node.op_type) != ops.end(); }

bool multiplies(const Node& node) { return is_one_of(node, {"Conv", "ConvTranspose", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "QGemm"}); }

double weight_db(std::span<const float> reference, std::span<const float> other) {
    if (other.empty()) return -kExactDb;
    TensorError error;
    ErrorSums sums;
    sums.add(reference, other);
    sums.tell(error);
    return error.sqnr_db;
}

/// What a Gemm multiplies its product with, and its twin in integers does not: it is part of the weight there.
float factor_in(const Node& fp32, const Node& integer) {
    const auto alpha = [](const Node& node) { return is_one_of(node, {"Gemm", "QGemm"}) ? float_attribute(node, "alpha").value_or(1.F) : 1.F; };
    return alpha(integer) == 0 ? 1.F : alpha(fp32) / alpha(integer);
}

class Looker {
public:
    Looker(const FilePair& files, const Job& job) : files_(files), ref_(files.reference), other_(files.quantized), job_(job) {}

    std::vector<Fault> run() {
        for (const Node& node : other_.nodes()) {
            if (node.id % 64 == 0) job_.check();
            look_at_opset(node);
            if (!multiplies(node)) continue;
            look_at_weight(node);
            look_at_bias(node);
        }
        return std::move(faults_);
    }

private:
    void add(std::string code, const Node& node, std::string text, std::string remedy) {
        faults_.push_back({std::move(code), node.id, files_.label(node.id), std::move(text), std::move(remedy)});
    }

    [[nodiscard]] const Node* twin_of(const Node& node) const {
        const NodeId id = files_.twins.reference_of[at(node.id)];
        return id == kNone ? nullptr : &ref_.node(id);
    }

    /// True when another node was folded into it, which changes weights and bias.
    [[nodiscard]] bool holds_others(const Node& node) const {
        for (std::size_t i = 0; i < files_.twins.nodes.size(); ++i) {
            const Twin& twin = files_.twins.nodes[i];
            const Node& folded = ref_.nodes()[i];
            if (twin.kind == Twin::Kind::folded && twin.node() == node.id && !is_one_of(folded, {"Relu", "Clip", "LeakyRelu", "Identity", "Reshape"}))
                return true;
        }
        return false;
    }

    /// Where the output channels of a weight lie; kNone where it has several forms.
    [[nodiscard]] static int channel_axis(const Node& node, const StoredCodes& stored) {
        const auto rank = static_cast<int>(stored.codes->dims.size());
        if (node.op_type == "ConvTranspose") return 1;
        if (is_one_of(node, {"Conv", "QLinearConv"})) return 0;
        if (is_one_of(node, {"Gemm", "QGemm"})) return int_attribute(node, "transB").value_or(0) != 0 ? 0 : 1;
        return rank - 1;
    }

    void look_at_weight(const Node& node) {
        const StoredCodes stored = stored_codes(other_, node, 1);
        if (stored.codes == nullptr) return;
        const int right = channel_axis(node, stored);
        const bool per_channel = stored.scale->count() > 1;
        if (per_channel && stored.axis != right && stored.scale->dims.size() == 1) {
            add("wrong-axis", node,
                fmt::format("Its weight has one scale for each index of axis {}; its output channels lie along axis {}.", stored.axis, right),
                fmt::format("Give DequantizeLinear axis {} and one scale for each output channel, or one scale for the tensor.", right));
            return;
        }
        compare_weight(node, stored, right);
    }

    void compare_weight(const Node& node, const StoredCodes& stored, int right) {
        const Node* twin = twin_of(node);
        if (twin == nullptr || twin->inputs.size() < 2 || twin->inputs[1] == kNone || holds_others(node)) return;
        const Initializer* weight = ref_.constant(twin->inputs[1]);
        if (weight == nullptr || weight->dims != stored.codes->dims || weight->count() > (std::uint64_t{1} << 26)) return;
        std::vector<float> storage;
        const std::span<const float> stored_in_fp32 = view_floats(*weight, storage);
        std::vector<float> reference(stored_in_fp32.begin(), stored_in_fp32.end());
        const float factor = factor_in(*twin, node);
        for (float& value : reference) value *= factor;
        const std::vector<float> weights = dequantized(stored, stored.axis);
        const double db = weight_db(reference, weights);
        if (db >= kWeightDb || weights.empty()) return;  // scales of blocks are not looked at
        for (int axis = 0; axis < static_cast<int>(stored.codes->dims.size()) && stored.scale->count() > 1; ++axis)
            if (axis != stored.axis && weight_db(reference, dequantized(stored, axis)) > db + kBetterDb) {
                add("wrong-axis", node,
                    fmt::format("The scales of its weight fit axis {}, not axis {} that they are applied along ({:.0f} dB against FP32).", axis, stored.axis,
                                db),
                    fmt::format("Compute one scale for each index of axis {}.", right));
                return;
            }
        tell_weight(node, stored, db);
    }

    void tell_weight(const Node& node, const StoredCodes& stored, double db) {
        const std::vector<float> codes = to_floats(*stored.codes);
        const bool is_signed = stored.codes->type == ElementType::int8;
        const auto limit =
            std::count_if(codes.begin(), codes.end(), [&](float code) { return is_signed ? code >= 127 || code <= -127 : code >= 255 || code <= 0; });
        const double share = codes.empty() ? 0 : static_cast<double>(limit) / static_cast<double>(codes.size());
        if (share > kAtLimit)
            add("saturated-scale", node,
                fmt::format("The scale of its weight is too small: {:.0f} % of the codes stand at the ends of their range ({:.1f} dB against FP32).",
                            100 * share, db),
                "Make the scale the largest magnitude of each channel divided by 127.");
        else
            add("wide-range-quantized", node, fmt::format("Its weight in integers is not the one of FP32 ({:.1f} dB): the scale leaves it too few steps.", db),
                "Use one scale for each output channel, or leave the node in FP32.");
    }

    /// The scale of what a node reads at slot 0; nothing where there is none for the whole tensor.
    [[nodiscard]] std::optional<double> input_scale(const Node& node) const {
        if (node.inputs.empty() || node.inputs[0] == kNone) return {};
        ValueId scale = kNone;
        if (node.op_type.starts_with("Q"))
            scale = node.inputs.size() > 1 ? node.inputs[1] : kNone;
        else if (const NodeId maker = other_.value(node.inputs[0]).producer; maker != kNone && other_.node(maker).op_type == "DequantizeLinear")
            scale = other_.node(maker).inputs[1];
        const Initializer* tensor = scale == kNone ? nullptr : other_.constant(scale);
        if (tensor == nullptr || tensor->count() != 1) return {};
        const std::vector<float> values = to_floats(*tensor);
        return values.empty() ? std::nullopt : std::optional<double>(values[0]);
    }

    /// The bias that is added in the end: one in integers must have the scale of input times weight.
    void look_at_bias(const Node& node) {
        if (is_one_of(node, {"MatMul", "QLinearMatMul"})) return;
        const StoredCodes weight = stored_codes(other_, node, 1);
        const std::optional<double> scale = input_scale(node);
        if (weight.codes == nullptr || !scale) return;
        const std::vector<float> of_weight = to_floats(*weight.scale);
        if (node.op_type.starts_with("Q")) return look_at_integer_bias(node, *scale, of_weight);
        const StoredCodes bias = stored_codes(other_, node, 2);
        if (bias.codes == nullptr || bias.codes->type != ElementType::int32) return;
        const std::vector<float> of_bias = to_floats(*bias.scale);
        if (of_bias.size() != of_weight.size() && of_bias.size() != 1) return tell_bias(node, 0, 0);
        for (std::size_t i = 0; i < of_weight.size(); ++i) {
            const double right = *scale * of_weight[i], is = of_bias[of_bias.size() > 1 ? i : 0];
            if (std::abs(is - right) > kScaleTolerance * right) return tell_bias(node, is, right);
        }
    }

    void tell_bias(const Node& node, double is, double right) {
        const std::string how = right > 0 ? fmt::format("{:.3g}, not {:.3g}", is, right) : std::string("of another number of channels");
        add("wrong-bias-scale", node,
            fmt::format("The scale of its bias is {}: it must be the scale of the input times that of the weight. The runtime computes this node in float, or "
                        "adds a wrong bias.",
                        how),
            "Quantize the bias as int32 with the product of both scales, or leave it in float.");
    }

    /// QLinear operators take the bias as it is: its values show whether it was made with the right scale.
    void look_at_integer_bias(const Node& node, double scale, const std::vector<float>& of_weight) {
        const std::size_t slot = node.op_type == "QLinearConv" ? 8 : 6;
        const Node* twin = twin_of(node);
        if (twin == nullptr || twin->inputs.size() < 3 || twin->inputs[2] == kNone || node.inputs.size() <= slot || node.inputs[slot] == kNone) return;
        const Initializer* mine = ref_.constant(twin->inputs[2]);
        const Initializer* theirs = other_.constant(node.inputs[slot]);
        if (mine == nullptr || theirs == nullptr || mine->count() != theirs->count() || of_weight.empty() || holds_others(node)) return;
        const std::vector<float> reference = to_floats(*mine);
        std::vector<float> bias = to_floats(*theirs);
        double product = 0, power = 0;
        for (std::size_t i = 0; i < bias.size(); ++i) {
            const double value = bias[i] * scale * of_weight[of_weight.size() == bias.size() ? i : 0];
            product += value * reference[i];
            power += static_cast<double>(reference[i]) * reference[i];
        }
        const double factor = power > 0 ? product / power : 1;
        if (factor < 0.5 || factor > 2) tell_bias(node, scale * of_weight[0] / std::max(factor, 1e-30), scale * of_weight[0]);
    }

    void look_at_opset(const Node& node) {
        const std::int64_t opset = other_.opset();
        const bool standard = node.domain.empty();
        if (standard && is_one_of(node, {"QuantizeLinear", "DequantizeLinear"}) && node.inputs.size() > 1) {
            const Initializer* scale = node.inputs[1] == kNone ? nullptr : other_.constant(node.inputs[1]);
            ElementType codes = other_.value(node.op_type == "QuantizeLinear" ? node.outputs[0] : node.inputs[0]).type.element;
            if (const Initializer* zero = node.inputs.size() > 2 && node.inputs[2] != kNone ? other_.constant(node.inputs[2]) : nullptr) codes = zero->type;
            const bool axis = scale != nullptr && scale->count() > 1;
            const bool wide = bits(codes) == 16 || (bits(codes) > 0 && bits(codes) < 8) || int_attribute(node, "block_size").value_or(0) > 0;
            if (opset > 0 && opset < kAxisOpset && (axis || int_attribute(node, "axis")))
                tell_opset(node, "one scale for each channel", kAxisOpset);
            else if (opset > 0 && opset < kWideOpset && wide)
                tell_opset(node, "codes of 16 or fewer than 8 bits, or in blocks", kWideOpset);
        }
        if (!standard || !is_one_of(node, {"Softmax", "LogSoftmax", "Hardmax"}) || int_attribute(node, "axis")) return;
        const Node* twin = twin_of(node);
        if (twin == nullptr || int_attribute(*twin, "axis") || (ref_.opset() < kSoftmaxOpset) == (opset < kSoftmaxOpset) || ref_.opset() == 0) return;
        add("opset", node,
            fmt::format("The file is of opset {}, the FP32 model of {}: without the attribute axis, {} works along another axis there.", opset, ref_.opset(),
                        node.op_type),
            "Convert the model to the opset before quantizing (onnx.version_converter), not by its number only.");
    }

    void tell_opset(const Node& node, std::string_view what, std::int64_t needed) {
        // One fault is enough: all such nodes have the same cause.
        if (opset_told_) return;
        opset_told_ = true;
        const Node* reader = nullptr;
        for (const ValueId output : node.outputs)
            if (output != kNone && !other_.value(output).consumers.empty()) reader = &other_.node(other_.value(output).consumers.front());
        const std::string of = reader == nullptr ? "" : fmt::format(" of {}", files_.label(reader->id));
        add("opset", reader == nullptr ? node : *reader,
            fmt::format("{} {}{} has {}, which needs opset {}; the file says {}.", node.op_type, node.label, of, what, needed, other_.opset()),
            fmt::format("Convert the FP32 model to opset {} or later and quantize it again.", needed));
    }

    const FilePair& files_;
    const Model& ref_;
    const Model& other_;
    const Job& job_;
    std::vector<Fault> faults_;
    bool opset_told_ = false;
};

}  // namespace

std::string FilePair::label(NodeId id) const {
    if (id == kNone) return {};
    const NodeId mine = twins.reference_of[at(id)];
    return mine == kNone ? quantized.node(id).label : reference.node(mine).label;
}

std::vector<Fault> stored_faults(const FilePair& files, const Job& job) { return Looker(files, job).run(); }

}  // namespace vernier
