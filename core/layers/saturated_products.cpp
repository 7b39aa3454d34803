// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/saturated_products.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/layers/quant_range.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

bool is_product(const Node& node) { return node.domain.empty() && (node.op_type == "Conv" || node.op_type == "MatMul" || node.op_type == "Gemm"); }

bool is_depthwise(const Node& node, const std::vector<std::int64_t>& dims) { return dims[1] == 1 && int_attribute(node, "group").value_or(1) > 1; }

const Initializer* constant_at(const Model& model, const Node& node, std::size_t slot) {
    return slot < node.inputs.size() && node.inputs[slot] != kNone ? model.constant(node.inputs[slot]) : nullptr;
}

std::vector<std::int64_t> ints_of(const Node& node, std::string_view name) { return ints_attribute(node, name).value_or(std::vector<std::int64_t>{}); }

/// Forms that PairOverflow knows.
bool is_known(const Node& node, const Initializer& codes) {
    if (codes.type != ElementType::int8) return false;
    if (node.op_type == "Conv") {
        const std::string padding = string_attribute(node, "auto_pad").value_or("NOTSET");
        return (codes.dims.size() == 3 || codes.dims.size() == 4) && (padding == "NOTSET" || padding == "VALID");
    }
    const bool plain = node.op_type == "MatMul" || (int_attribute(node, "transA").value_or(0) == 0 && float_attribute(node, "alpha").value_or(1.F) == 1.F);
    return plain && codes.dims.size() == 2;
}

PairProduct product_of(const Node& node, const StoredCodes& stored, float input_scale, int zero_point) {
    PairProduct product;
    product.conv = node.op_type == "Conv";
    product.transposed = node.op_type == "Gemm" && int_attribute(node, "transB").value_or(0) != 0;
    product.dims = stored.codes->dims;
    product.weights.resize(stored.codes->data.size());
    std::memcpy(product.weights.data(), stored.codes->data.data(), product.weights.size());
    product.group = int_attribute(node, "group").value_or(1);
    product.pads = ints_of(node, "pads");
    product.strides = ints_of(node, "strides");
    product.dilations = ints_of(node, "dilations");
    product.scales = to_floats(*stored.scale);
    for (float& scale : product.scales) scale *= input_scale;
    product.zero_point = static_cast<std::uint8_t>(zero_point);
    return product;
}

}  // namespace

SaturatedProducts::SaturatedProducts(const Model& file) : file_(file) {
    for (const Node& node : file.nodes())
        if (is_product(node) && node.graph == 0) look_at(node);
}

void SaturatedProducts::look_at(const Node& node) {
    const StoredCodes stored = stored_codes(file_, node, 1);
    if (stored.codes == nullptr || stored.scale == nullptr || stored.codes->dims.size() < 2) return;  // not in 8 bits
    if (node.op_type == "Conv" && is_depthwise(node, stored.codes->dims)) return;
    if (!is_known(node, *stored.codes) || !read_activation(node)) {
        unknown_.push_back(node.id);
        return;
    }
    const std::string& input = file_.value(node.inputs[0]).name;
    const Activation& activation = activations_.at(input);
    auto overflow = std::make_unique<PairOverflow>(product_of(node, stored, activation.scale, activation.zero_point));
    products_.push_back({{node.id, overflow->risky(), {}}, input, file_.value(node.outputs[0]).name, std::move(overflow)});
}

bool SaturatedProducts::read_activation(const Node& node) {
    const Value& value = file_.value(node.inputs[0]);
    if (activations_.contains(value.name)) return true;
    if (value.producer == kNone || file_.node(value.producer).op_type != "DequantizeLinear") return false;
    const Node& dequantize = file_.node(value.producer);
    const Initializer* scale = constant_at(file_, dequantize, 1);
    const Initializer* zero = constant_at(file_, dequantize, 2);
    if (scale == nullptr || scale->count() != 1) return false;
    const ElementType type = zero != nullptr ? zero->type : ElementType::uint8;
    if ((type != ElementType::uint8 && type != ElementType::int8) || (zero != nullptr && zero->count() != 1)) return false;
    const int zero_point = zero != nullptr ? static_cast<int>(to_floats(*zero)[0]) : 0;
    activations_.emplace(value.name, Activation{to_floats(*scale)[0], zero_point + (type == ElementType::int8 ? 128 : 0)});
    return true;
}

std::map<std::string, Amender> SaturatedProducts::amenders() {
    std::map<std::string, Amender> amenders;
    for (auto& [name, activation] : activations_)
        amenders[name] = [&activation = activation](std::span<float> values, std::span<const std::int64_t> dims) {
            activation.dims.assign(dims.begin(), dims.end());
            activation.codes.resize(values.size());
            std::transform(values.begin(), values.end(), activation.codes.begin(), [&](float value) {
                const double code = std::nearbyint(double(value) / double(activation.scale)) + activation.zero_point;
                return static_cast<std::uint8_t>(std::clamp(code, 0.0, 255.0));
            });
        };
    for (Product& product : products_) {
        if (product.sums.risky == 0) continue;  // it cannot clip, whatever comes
        amenders[product.output] = [this, &product](std::span<float> values, std::span<const std::int64_t> dims) {
            const Activation& activation = activations_.at(product.input);
            const ClippedPairs seen = product.overflow->add(activation.codes, activation.dims, values, dims);
            product.sums.seen.pairs += seen.pairs;
            product.sums.seen.clipped += seen.clipped;
            product.sums.seen.values += seen.values;
            product.sums.seen.touched += seen.touched;
        };
    }
    return amenders;
}

std::vector<SaturatedNode> SaturatedProducts::nodes() const {
    std::vector<SaturatedNode> nodes;
    for (const Product& product : products_) nodes.push_back(product.sums);
    return nodes;
}

}  // namespace vernier
