// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/batch_norm.h"

#include <cmath>

namespace vernier {

const Node* batch_norm_after(const Model& model, const Node& node) {
    if (node.outputs.empty() || node.outputs[0] == kNone) return nullptr;
    const Value& out = model.value(node.outputs[0]);
    if (out.consumers.size() != 1 || out.graph_output) return nullptr;
    const Node& next = model.node(out.consumers[0]);
    const bool reads_it_first = !next.inputs.empty() && next.inputs[0] == out.id;
    return next.op_type == "BatchNormalization" && next.domain.empty() && reads_it_first ? &next : nullptr;
}

std::vector<float> fold_factors(const Model& model, const Node& norm) {
    if (norm.inputs.size() < 5 || norm.inputs[1] == kNone || norm.inputs[4] == kNone) return {};
    const Initializer* scale = model.constant(norm.inputs[1]);
    const Initializer* variance = model.constant(norm.inputs[4]);
    if (scale == nullptr || variance == nullptr) return {};
    std::vector<float> factors = to_floats(*scale);
    const std::vector<float> variances = to_floats(*variance);
    if (variances.size() != factors.size()) return {};
    const float epsilon = float_attribute(norm, "epsilon").value_or(1e-5F);
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (!(variances[i] + epsilon > 0)) return {};
        factors[i] /= std::sqrt(variances[i] + epsilon);
    }
    return factors;
}

std::vector<float> folded_weight(const Model& model, const Node& node, const Weight& weight) {
    const bool transposed = node.op_type == "ConvTranspose";
    if (weight.is_bias || weight.tensor == nullptr || weight.tensor->dims.size() < 3 || (node.op_type != "Conv" && !transposed)) return {};
    const Node* norm = batch_norm_after(model, node);
    const std::vector<float> factors = norm != nullptr ? fold_factors(model, *norm) : std::vector<float>();
    const auto& dims = weight.tensor->dims;
    const auto rows = static_cast<std::size_t>(dims[0]), columns = static_cast<std::size_t>(dims[1]);
    const auto groups = static_cast<std::size_t>(int_attribute(node, "group").value_or(1));
    if (rows == 0 || columns == 0 || groups == 0 || factors.size() != (transposed ? columns * groups : rows)) return {};
    std::vector<float> values = to_floats(*weight.tensor);
    const std::size_t inner = values.size() / (rows * columns);
    if (inner == 0 || rows % groups != 0) return {};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t row = i / (inner * columns);
        // ConvTranspose's weight is [Cin, Cout / groups, ...]: rows of one group share its output channels.
        values[i] *= factors[transposed ? row / (rows / groups) * columns + i / inner % columns : row];
    }
    return values;
}

}  // namespace vernier
