// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/dynamic.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include "core/quant/methods/dynamic_weights.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/replace_node.h"
#include "core/quant/methods/weights_int8.h"

namespace vernier {
namespace {

constexpr std::uint8_t kTableZero = 128;  ///< zero point of U8 tables

bool present(const onnx::NodeProto& node, int slot) { return slot < node.input_size() && !node.input(slot).empty(); }

/// True when a tensor is known to be nothing but zeros: a constant, or a ConstantOfShape of zero.
bool is_zero(const GraphEdit& edit, const std::string& name) {
    const auto zeros = [](const std::vector<float>& values) { return std::all_of(values.begin(), values.end(), [](float value) { return value == 0.f; }); };
    if (edit.is_constant(name)) return edit.is_float_constant(name) && zeros(edit.floats(name));
    const int made_by = edit.producer(name);
    if (made_by < 0) return false;
    const auto& node = edit.item(static_cast<std::size_t>(made_by)).proto;
    if (node.op_type() != "ConstantOfShape") return false;
    const auto* value = find_attribute(node, "value");
    if (value == nullptr) return true;
    if (value->t().data_type() != onnx::TensorProto::FLOAT) return false;
    float number = value->t().float_data_size() == 1 ? value->t().float_data(0) : 1.f;
    if (value->t().raw_data().size() == sizeof number) std::memcpy(&number, value->t().raw_data().data(), sizeof number);
    return number == 0.f;
}

/// Removes the node that makes a tensor when nothing reads it any more, and then what fed that node.
void remove_unread(GraphEdit& edit, const std::string& tensor) {
    const int made_by = edit.producer(tensor);
    if (made_by < 0) return;
    const onnx::NodeProto node = edit.item(static_cast<std::size_t>(made_by)).proto;
    for (const std::string& output : node.output())
        if (!edit.readers(output).empty() || edit.is_output(output)) return;
    edit.remove(made_by);
    for (const std::string& input : node.input())
        if (!input.empty()) remove_unread(edit, input);
}

class DynamicEmitter {
public:
    explicit DynamicEmitter(GraphEdit& edit) : edit_(edit) {}

    void emit(const DynamicNode& chosen) {
        const std::string op = proto(chosen.index).op_type();
        if (op == "LSTM")
            lstm(chosen.index);
        else if (op == "Gather")
            gather(chosen.index);
        else if (op == "Conv")
            conv(chosen);
        else
            product(chosen);
    }

private:
    struct Activation {
        std::string codes, scale, zero_point;
    };
    struct Codes {
        std::string values, scales;
    };

    onnx::NodeProto& proto(int index) { return edit_.item(static_cast<std::size_t>(index)).proto; }

    /// The U8 form of a tensor, made once for all that read it.
    const Activation& activation(const std::string& tensor) {
        const auto found = activations_.find(tensor);
        if (found != activations_.end()) return found->second;
        const Activation made = {edit_.fresh(tensor + "_u8"), edit_.fresh(tensor + "_scale"), edit_.fresh(tensor + "_zero_point")};
        edit_.add("DynamicQuantizeLinear", {tensor}, {made.codes, made.scale, made.zero_point}, tensor + "_DynamicQuantizeLinear");
        return activations_[tensor] = made;
    }

    /// A weight [k,n] (or its transpose [n,k]) times alpha as S8, made once for all that read it the same way.
    const Codes& matrix(const std::string& name, bool flip, float alpha, bool per_channel) {
        const auto key = std::tuple{name, flip, alpha, per_channel};
        const auto found = matrices_.find(key);
        if (found != matrices_.end()) return found->second;
        auto dims = edit_.dims(name);
        std::vector<float> weights = edit_.floats(name);
        if (flip) {
            weights = transposed(weights, static_cast<std::size_t>(dims[0]), static_cast<std::size_t>(dims[1]));
            std::swap(dims[0], dims[1]);
        }
        for (float& weight : weights) weight *= alpha;
        const Int8Weight codes = quantize_pair_safe(weights, static_cast<std::size_t>(dims[0]), static_cast<std::size_t>(dims[1]), per_channel);
        return matrices_[key] = {edit_.add_constant(name + "_s8", ElementType::int8, dims, codes.codes), scales(name, codes, {})};
    }

    /// Scales as a scalar, or as [channels, ones...].
    std::string scales(const std::string& name, const Int8Weight& codes, const std::vector<std::int64_t>& ones) {
        std::vector<std::int64_t> dims;
        if (codes.scales.size() > 1) {
            dims.push_back(static_cast<std::int64_t>(codes.scales.size()));
            dims.insert(dims.end(), ones.begin(), ones.end());
        }
        return edit_.add_constant(name + "_s8_scale", ElementType::float32, dims, codes.scales);
    }

    void add_cast(const std::string& from, const std::string& to, const std::string& base) {
        onnx::NodeProto cast;
        cast.set_op_type("Cast");
        cast.set_name(edit_.fresh(base + "_Cast"));
        cast.add_input(from);
        cast.add_output(to);
        set_attribute(cast, "to", std::int64_t{onnx::TensorProto::FLOAT});
        edit_.add(std::move(cast));
    }

    /// int32 accumulators to float: Cast, times (activation scale * weight scale), into output. This very form is what
    /// the runtime folds into one kernel.
    void rescale(const std::string& base, const std::string& accumulators, const std::string& activation_scale, const std::string& weight_scales,
                 const std::string& output) {
        const std::string as_float = edit_.fresh(base + "_float"), scale = edit_.fresh(base + "_scale");
        add_cast(accumulators, as_float, base);
        edit_.add("Mul", {activation_scale, weight_scales}, {scale}, base + "_ScaleMul");
        edit_.add("Mul", {as_float, scale}, {output}, base + "_Mul");
    }

    /// Puts an integer op in the node's place; its float result will bear the old output's name. Returns that name.
    std::string replace(int index, std::string_view op, std::vector<std::string> inputs, std::vector<std::string> kept_attributes) {
        const onnx::NodeProto old = proto(index);
        onnx::NodeProto node;
        node.set_op_type(std::string(op));
        node.set_name(old.name());
        node.set_doc_string(old.doc_string());
        *node.mutable_metadata_props() = old.metadata_props();
        for (const auto& attribute : old.attribute())
            if (std::find(kept_attributes.begin(), kept_attributes.end(), attribute.name()) != kept_attributes.end()) *node.add_attribute() = attribute;
        for (std::string& input : inputs) *node.add_input() = std::move(input);
        node.add_output(edit_.fresh(old.output(0) + "_int32"));
        replace_node(edit_, index, std::move(node));
        return old.output(0);
    }

    void product(const DynamicNode& chosen) {
        const onnx::NodeProto old = proto(chosen.index);
        const bool gemm = old.op_type() == "Gemm";
        const bool flip = gemm && attribute_int(old, "transB", 0) != 0;
        const Codes weight = matrix(old.input(1), flip, gemm ? attribute_float(old, "alpha", 1.f) : 1.f, chosen.per_channel);
        const Activation input = activation(old.input(0));
        std::string output = replace(chosen.index, "MatMulInteger", {input.codes, weight.values, input.zero_point}, {});
        if (gemm && present(old, 2)) output = add_bias(old, output);
        rescale(old.name(), proto(chosen.index).output(0), input.scale, weight.scales, output);
    }

    /// Adds Gemm's bias behind the product; returns the name that the product must write.
    std::string add_bias(const onnx::NodeProto& gemm, const std::string& output) {
        std::string bias = gemm.input(2);
        if (edit_.is_constant(bias)) {
            const float beta = attribute_float(gemm, "beta", 1.f);
            auto values = edit_.floats(bias);
            auto dims = edit_.dims(bias);
            const bool row = dims.size() == 2 && dims[0] == 1;
            if (row) dims.erase(dims.begin());  // as a vector it fuses
            for (float& value : values) value *= beta;
            if (row || beta != 1.f) bias = edit_.add_constant(bias + "_bias", ElementType::float32, dims, values);
        }
        const std::string product = edit_.fresh(output + "_product");
        edit_.add("Add", {product, bias}, {output}, gemm.name() + "_Add");
        return product;
    }

    void conv(const DynamicNode& chosen) {
        const onnx::NodeProto old = proto(chosen.index);
        const auto dims = edit_.dims(old.input(1));
        const auto weights = edit_.floats(old.input(1));
        const auto channels = static_cast<std::size_t>(dims[0]);
        const Int8Weight codes = quantize_weight(weights, {channels, weights.size() / channels, chosen.per_channel},
                                                 {.least = pair_safe_scales(weights, matmul_layout(weights.size() / channels, channels, true))});
        const std::vector<std::int64_t> ones(dims.size() - 2, 1);
        const std::string values = edit_.add_constant(old.input(1) + "_s8", ElementType::int8, dims, codes.codes);
        const std::string scale = scales(old.input(1), codes, ones);
        const Activation input = activation(old.input(0));
        std::string output = replace(chosen.index, "ConvInteger", {input.codes, values, input.zero_point},
                                     {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
        if (present(old, 2)) {
            std::vector<std::int64_t> bias_dims = {dims[0]};
            bias_dims.insert(bias_dims.end(), ones.begin(), ones.end());
            const std::string bias = edit_.add_constant(old.input(2) + "_bias", ElementType::float32, bias_dims, edit_.floats(old.input(2)));
            const std::string product = edit_.fresh(output + "_product");
            edit_.add("Add", {product, bias}, {output}, old.name() + "_Add");
            output = product;
        }
        rescale(old.name(), proto(chosen.index).output(0), input.scale, scale, output);
    }

    /// S8 rows with a scale each: both are looked up and multiplied. DequantizeLinear knows no scale a row of what was gathered.
    void gather_scaled_rows(int index, const std::vector<std::int64_t>& dims) {
        const onnx::NodeProto old = proto(index);
        const std::string table = old.input(0), output = old.output(0);
        if (!tables_.contains(table)) {
            const auto values = edit_.floats(table);
            const auto rows = static_cast<std::size_t>(dims[0]);
            const Int8Weight codes = quantize_weight(values, {rows, values.size() / rows, true});
            std::vector<std::int64_t> scale_dims(dims.size(), 1);
            scale_dims[0] = dims[0];
            tables_[table] = {edit_.add_constant(table + "_s8", ElementType::int8, dims, codes.codes),
                              edit_.add_constant(table + "_row_scale", ElementType::float32, scale_dims, codes.scales)};
        }
        const std::string rows = edit_.fresh(output + "_s8"), floats = edit_.fresh(output + "_float"), scale = edit_.fresh(output + "_row_scale");
        edit_.set_input(index, 0, tables_[table].values);
        edit_.set_output(index, 0, rows);
        add_cast(rows, floats, old.name());
        edit_.add("Gather", {tables_[table].scales, old.input(1)}, {scale}, old.name() + "_scale_Gather");
        edit_.add("Mul", {floats, scale}, {output}, old.name() + "_Mul");
    }

    /// Gather of 8-bit rows, then DequantizeLinear of those rows only: never the whole table. U8 with zero point 128: behind S8
    /// rows the runtime would move data (Transpose) in float, between a QuantizeLinear and a DequantizeLinear of its own.
    void gather(int index) {
        const onnx::NodeProto old = proto(index);
        const std::string table = old.input(0);
        const auto dims = edit_.dims(table);
        if (table_scales(edit_.floats(table), static_cast<std::size_t>(dims[0])) == TableScales::one_a_row) return gather_scaled_rows(index, dims);
        const auto found = tables_.find(table);
        if (found == tables_.end()) {
            const auto values = edit_.floats(table);
            const Int8Weight codes = quantize_weight(values, {1, 1, false});
            std::vector<std::uint8_t> shifted(codes.codes.size());
            std::transform(codes.codes.begin(), codes.codes.end(), shifted.begin(), [](int code) { return static_cast<std::uint8_t>(code + kTableZero); });
            tables_[table] = {edit_.add_constant(table + "_u8", ElementType::uint8, edit_.dims(table), shifted), scales(table, codes, {})};
        }
        const std::string rows = edit_.fresh(old.output(0) + "_u8");
        edit_.set_input(index, 0, tables_[table].values);
        edit_.set_output(index, 0, rows);
        edit_.add("DequantizeLinear", {rows, tables_[table].scales, zero_point()}, {old.output(0)}, old.name() + "_DequantizeLinear");
        // With one reader fewer the runtime dequantizes once, behind what moves the rows.
        for (const int reader : edit_.readers(old.output(0)))
            if (proto(reader).op_type() == "Shape") edit_.set_input(reader, 0, rows);
    }

    std::string zero_point() {
        if (zero_point_.empty()) zero_point_ = edit_.add_constant<std::uint8_t>("table_zero_point", ElementType::uint8, {}, {kTableZero});
        return zero_point_;
    }

    /// LSTM weights [directions, 4*hidden, k] as S8 [directions, k, 4*hidden], one scale a direction: faster than one a
    /// column and as accurate in every measurement.
    Codes recurrent(const std::string& name) {
        const auto dims = edit_.dims(name);
        const auto weights = edit_.floats(name);
        const auto directions = static_cast<std::size_t>(dims[0]), rows = static_cast<std::size_t>(dims[1]), columns = static_cast<std::size_t>(dims[2]);
        Int8Weight codes;
        for (std::size_t d = 0; d < directions; ++d) {
            const auto part = transposed(std::span(weights).subspan(d * rows * columns, rows * columns), rows, columns);
            const Int8Weight made = quantize_pair_safe(part, columns, rows, false);
            codes.codes.insert(codes.codes.end(), made.codes.begin(), made.codes.end());
            codes.scales.push_back(made.scales[0]);
        }
        return {edit_.add_constant(name + "_s8", ElementType::int8, {dims[0], dims[2], dims[1]}, codes.codes),
                edit_.add_constant(name + "_s8_scale", ElementType::float32, {dims[0]}, codes.scales)};
    }

    void lstm(int index) {
        onnx::NodeProto node = proto(index);
        const Codes weight = recurrent(node.input(1)), recurrence = recurrent(node.input(2));
        const std::vector<std::int8_t> zeros(weight_directions(node), 0);
        const std::string zero = edit_.add_constant(node.input(1) + "_s8_zero_point", ElementType::int8, {static_cast<std::int64_t>(zeros.size())}, zeros);
        node.set_op_type("DynamicQuantizeLSTM");
        node.set_domain("com.microsoft");
        remove_attribute(node, "layout");
        node.set_input(1, weight.values);
        node.set_input(2, recurrence.values);
        while (node.input_size() < 8) node.add_input("");
        std::vector<std::string> dropped;
        for (const int state : {5, 6})  // zeros are what the kernel starts from when nothing is given
            if (!node.input(state).empty() && is_zero(edit_, node.input(state))) {
                dropped.push_back(node.input(state));
                node.set_input(state, "");
            }
        for (const std::string& input : {weight.scales, zero, recurrence.scales, zero}) node.add_input(input);
        replace_node(edit_, index, std::move(node));
        for (const std::string& tensor : dropped) remove_unread(edit_, tensor);
        edit_.set_opset("com.microsoft", 1);
    }

    std::size_t weight_directions(const onnx::NodeProto& node) { return static_cast<std::size_t>(edit_.dims(node.input(1))[0]); }

    GraphEdit& edit_;
    std::map<std::string, Activation> activations_;
    std::map<std::tuple<std::string, bool, float, bool>, Codes> matrices_;
    std::map<std::string, Codes> tables_;
    std::string zero_point_;
};

}  // namespace

void emit_dynamic(GraphEdit& edit, std::span<const DynamicNode> nodes) {
    DynamicEmitter emitter(edit);
    for (const DynamicNode& node : nodes) emitter.emit(node);
}

}  // namespace vernier
