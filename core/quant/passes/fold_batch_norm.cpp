// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

struct Parameters {
    std::vector<float> gamma, beta, mean, variance;
    double epsilon = 1e-5;
    [[nodiscard]] bool fits(std::size_t channels) const {
        if (gamma.size() != channels || beta.size() != channels || mean.size() != channels || variance.size() != channels) return false;
        for (const float v : variance)
            if (!(v + epsilon > 0)) return false;
        return true;
    }
};

bool all_float_constants(const GraphEdit& edit, const onnx::NodeProto& node, int first) {
    for (int i = first; i < node.input_size(); ++i) {
        if (!node.input(i).empty() && !edit.is_float_constant(node.input(i))) return false;
    }
    return true;
}

/// Scales the rows of one output channel. ConvTranspose's weight is [Cin, Cout/groups, ...]; Conv's is [Cout, ...].
void scale_weight(std::vector<float>& weight, const std::vector<std::int64_t>& dims, bool transpose, std::int64_t groups, const std::vector<double>& scale) {
    if (!transpose) {
        const std::size_t inner = weight.size() / scale.size();
        for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(weight[i] * scale[i / inner]);
        return;
    }
    const auto per_group = static_cast<std::size_t>(dims[1]);
    const auto in_per_group = static_cast<std::size_t>(dims[0] / groups);
    const std::size_t inner = weight.size() / (static_cast<std::size_t>(dims[0]) * per_group);
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const std::size_t row = i / (inner * per_group), column = i / inner % per_group;
        weight[i] = static_cast<float>(weight[i] * scale[row / in_per_group * per_group + column]);
    }
}

bool fold_one(GraphEdit& edit, int conv_index, int norm_index) {
    const auto& conv = edit.item(static_cast<std::size_t>(conv_index)).proto;
    const auto& norm = edit.item(static_cast<std::size_t>(norm_index)).proto;
    if (attribute_int(norm, "training_mode", 0) != 0 || norm.output_size() > 1 || norm.input_size() != 5) return false;
    if (!all_float_constants(edit, norm, 1) || !all_float_constants(edit, conv, 1)) return false;
    Parameters p{edit.floats(norm.input(1)), edit.floats(norm.input(2)), edit.floats(norm.input(3)), edit.floats(norm.input(4)),
                 static_cast<double>(attribute_float(norm, "epsilon", 1e-5f))};
    const bool transpose = conv.op_type() == "ConvTranspose";
    const auto dims = edit.dims(conv.input(1));
    const auto groups = attribute_int(conv, "group", 1);
    const auto channels = static_cast<std::size_t>(transpose ? dims[1] * groups : dims[0]);
    if (!p.fits(channels) || channels == 0) return false;
    std::vector<float> bias(channels, 0.f);
    if (conv.input_size() > 2 && !conv.input(2).empty()) bias = edit.floats(conv.input(2));
    if (bias.size() != channels) return false;
    std::vector<double> scale(channels);
    for (std::size_t o = 0; o < channels; ++o) {
        scale[o] = p.gamma[o] / std::sqrt(double(p.variance[o]) + p.epsilon);
        bias[o] = static_cast<float>((double(bias[o]) - p.mean[o]) * scale[o] + p.beta[o]);
    }
    auto weight = edit.floats(conv.input(1));
    scale_weight(weight, dims, transpose, groups, scale);
    const std::string result = norm.output(0);
    const std::string weight_name = edit.add_constant(conv.input(1) + "_bn", ElementType::float32, dims, weight);
    const std::string bias_name = edit.add_constant(conv.input(1) + "_bn_bias", ElementType::float32, {static_cast<std::int64_t>(channels)}, bias);
    edit.remove(norm_index);
    edit.set_input(conv_index, 1, weight_name);
    edit.set_input(conv_index, 2, bias_name);
    edit.set_output(conv_index, 0, result);
    return true;
}

}  // namespace

/// Folds each BatchNormalization that directly follows a Conv or ConvTranspose whose method asks for it, or that will run in FP16 like the
/// BatchNormalization itself (the runtime folds only parameters of the Conv's own type, and FP16 keeps those in FP32):
///   s[o] = gamma[o] / sqrt(var[o] + epsilon)
///   W'[o, ...] = W[o, ...] * s[o]        b'[o] = (b[o] - mean[o]) * s[o] + beta[o]
/// Shapes: W [O, I/groups, k...]; gamma, beta, mean, var, b are [O]; a missing b is zero.
/// Left alone: training_mode = 1; the Conv output is read twice or is a graph output; a parameter is not a float32
/// constant; var + epsilon <= 0; a rule or a click chose float for it. Computed in double, stored as float32.
/// Source: ONNX BatchNormalization, opset 15.
int fold_batch_norm(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        const auto& item = edit.item(i);
        if (item.removed || !is_standard(item.proto) || (item.proto.op_type() != "Conv" && item.proto.op_type() != "ConvTranspose")) continue;
        const bool only_half = !context.is_static(item) && !context.takes_batch_norm(item);
        if (only_half && !context.is_fp16(item)) continue;
        const int reader = edit.only_reader(item.proto.output(0));
        if (reader < 0 || edit.item(static_cast<std::size_t>(reader)).proto.op_type() != "BatchNormalization") continue;
        const auto norm = edit.item(static_cast<std::size_t>(reader));
        if (!is_standard(norm.proto)) continue;
        if (only_half ? !context.is_fp16(norm) : context.must_stay(norm) && !context.takes_batch_norm(norm)) continue;
        if (!fold_one(edit, static_cast<int>(i), reader)) continue;
        context.absorb(norm, edit.item(i).origin);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
