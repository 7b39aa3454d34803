// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/number_text.h"
#include "core/quant/methods/block_codes.h"
#include "core/quant/methods/dynamic_weights.h"
#include "core/quant/methods/int4_parts.h"
#include "core/quant/methods/replace_node.h"
#include "core/quant/methods/stored_weights.h"
#include "core/quant/methods/weight_bias.h"
#include "core/quant/prepare.h"
#include "core/quant/rounding/sample_rounding.h"
#include "core/quant/workload.h"

/// INT4 weight-only: weights are stored in codes of 4 bits, blocks of them with a scale each, and nodes read the codes themselves:
///   MatMul(x, W), Gemm(x, W, b)  =>  com.microsoft MatMulNBits(x, codes, scales(, zero points)(, b))
///   Gather(table, i)             =>  com.microsoft GatherBlockQuantized(codes, i, scales(, zero points))
/// Conv, ConvTranspose and recurrent nodes read floats, which the runtime makes of codes on each run (int4_parts.h).
/// Seen with ONNX Runtime 1.31.1 on CPU: any K and N, the last block shorter; rows of a table of an even length only. Accuracy level 4
/// (activations in 8 bits a block) is what the runtime itself takes, and 2 to 4 times as fast as float activations for one row.
namespace vernier {
extern const MethodSpec kInt4WeightOnlyMethod, kInt8WeightOnlyMethod;

namespace {

constexpr std::int64_t kAccuracyLevel = 4;

Method self() { return *method_from_id(kInt4WeightOnlyMethod.id); }

bool takes(const onnx::NodeProto& node) {
    return reads_int4_parts(node) || (is_standard(node) && (node.op_type() == "MatMul" || node.op_type() == "Gemm" || node.op_type() == "Gather"));
}

const onnx::NodeProto& node_of(const Prepared& prepared, int item) { return prepared.edit.item(static_cast<std::size_t>(item)).proto; }

bool is_table(const onnx::NodeProto& node) { return node.op_type() == "Gather"; }
int weight_slot(const onnx::NodeProto& node) { return is_table(node) ? 0 : 1; }
bool present(const onnx::NodeProto& node, int slot) { return slot < node.input_size() && !node.input(slot).empty(); }
bool is_transposed(const onnx::NodeProto& node) { return node.op_type() == "Gemm" && attribute_int(node, "transB", 0) != 0; }

/// Rows of codes and their length: columns of a product's weight [K, N] and K, or rows of a table.
struct Rows {
    std::uint64_t count = 0, length = 0;
};

Rows rows_of(const GraphEdit& edit, const onnx::NodeProto& node) {
    const auto dims = edit.dims(node.input(weight_slot(node)));
    const auto first = static_cast<std::uint64_t>(dims[dims.size() - 2]), last = static_cast<std::uint64_t>(dims.back());
    if (is_table(node) || is_transposed(node)) return {first, last};
    return {last, first};
}

std::uint64_t bytes_in_codes(const Rows& rows, const WeightCodes& weights, bool whole_blocks) {
    const std::uint64_t blocks = (rows.length + weights.block - 1) / weights.block;
    const std::uint64_t codes = whole_blocks ? blocks * weights.block / 2 : (rows.length + 1) / 2;
    return rows.count * (codes + 4 * blocks + (weights.zero_points ? (blocks + 1) / 2 : 0));
}

std::string why_no_gemm(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (attribute_int(node, "transA", 0) != 0) return "its input is transposed (transA)";
    if (!std::isfinite(edit.largest_magnitude(node.input(1)) * attribute_float(node, "alpha", 1.f))) return "its weight times alpha is not finite";
    if (!present(node, 2)) return {};
    if (!edit.is_constant(node.input(2)) && attribute_float(node, "beta", 1.f) != 1.f) return "its bias is computed and scaled (beta)";
    if (edit.is_constant(node.input(2)) && !edit.is_float_constant(node.input(2))) return "its bias is not float32";
    return {};
}

/// MatMulNBits multiplies by one matrix: a weight of more axes must be one, and must not widen the result.
std::string why_no_matrix(const GraphEdit& edit, const onnx::NodeProto& node) {
    const auto dims = edit.dims(node.input(1));
    if (std::any_of(dims.begin(), dims.end() - 2, [](std::int64_t size) { return size != 1; })) return "its weight is a stack of matrices";
    if (dims.size() > 2 && edit.rank(node.input(0)) < static_cast<int>(dims.size())) return "its weight has more axes than its input, or may have";
    return {};
}

std::string why_no_product(const Prepared& prepared, int item) {
    const GraphEdit& edit = prepared.edit;
    const auto& node = node_of(prepared, item);
    if (!edit.is_constant(node.input(1)) && edit.is_constant(node.input(0))) return "its first input is the constant one";
    if (std::string why = why_no_codes(prepared, item, 1); !why.empty()) return why;
    const ElementType input = edit.type(node.input(0)).element;
    if (input != ElementType::float32 && input != ElementType::undefined) return "its input is not float32";
    return node.op_type() == "Gemm" ? why_no_gemm(edit, node) : why_no_matrix(edit, node);
}

std::string why_no_table(const Prepared& prepared, int item) {
    const GraphEdit& edit = prepared.edit;
    const auto& node = node_of(prepared, item);
    if (!edit.is_constant(node.input(0))) return "its data is computed, not a constant table";
    if (attribute_int(node, "axis", 0) != 0) return "it does not pick rows (axis is not 0)";
    if (std::string why = why_no_codes(prepared, item, 0); !why.empty()) return why;
    const auto dims = edit.dims(node.input(0));
    if (dims.size() != 2) return fmt::format("its table has {} axes instead of 2", dims.size());
    return dims[1] % 2 == 0 ? std::string() : std::string("the rows of its table have an odd length, which no kernel reads in 4 bits");
}

std::string why_no_weight(const Prepared& prepared, int item) {
    const auto& node = node_of(prepared, item);
    if (reads_int4_parts(node)) return why_no_int4_parts(prepared, item);
    if (std::string why = is_table(node) ? why_no_table(prepared, item) : why_no_product(prepared, item); !why.empty()) return why;
    const bool smaller =
        bytes_in_codes(rows_of(prepared.edit, node), prepared.weights, !is_table(node)) < 4 * element_count(prepared.edit.dims(node.input(weight_slot(node))));
    return smaller ? "" : "codes and scales of its weight would take no fewer bytes";
}

std::string why_not(const Prepared& prepared, int item, const std::set<int>& chosen) {
    const auto& node = node_of(prepared, item);
    if (!takes(node) || node.input_size() < 2) return "it has no weight";
    if (std::string why = why_no_weight(prepared, item); !why.empty()) return why;
    if (prepared.choice_of(item).explicit_choice()) return {};
    const auto slots = reads_int4_parts(node) ? int4_part_slots(node) : std::vector<int>{weight_slot(node)};
    const bool twice = std::any_of(slots.begin(), slots.end(), [&](int slot) { return is_read_in_float(prepared.edit, node.input(slot), chosen); });
    return twice ? "its weight is read in float elsewhere, and would be stored twice" : "";
}

bool is_depthwise(const GraphEdit& edit, const onnx::NodeProto& node) {
    if (node.op_type() != "Conv" || node.input_size() < 2 || attribute_int(node, "group", 1) < 2) return false;
    const auto dims = edit.dims(node.input(1));
    return dims.size() > 2 && dims[1] == 1;
}

/// A depthwise Conv sums few products, whose errors do not cancel, and holds few of the weights: 4 bits lose most there and save next to nothing
/// (mobilenet_v1_025: 55 % agreement so, 66 % with 8 bits, for 0.3 % of the size). Where nobody chose 4 bits for it, it gets 8.
void widen_depthwise(Prepared& prepared) {
    constexpr std::int64_t kOpsetOfChannels = 13;  // a scale a channel
    if (prepared.edit.opset() < kOpsetOfChannels) return;
    std::size_t widened = 0;
    for (const int item : prepared.items_of(self())) {
        if (prepared.choice_of(item).explicit_choice() || !is_depthwise(prepared.edit, node_of(prepared, item))) continue;
        prepared.choices[static_cast<std::size_t>(prepared.edit.item(static_cast<std::size_t>(item)).origin)].method =
            *method_from_id(kInt8WeightOnlyMethod.id);
        ++widened;
    }
    if (widened == 0) return;
    prepared.findings.push_back(
        {Severity::info,
         "int4-depthwise",
         kNone,
         {},
         {},
         fmt::format("{} depthwise Conv {} stored in 8 bits instead of 4: they sum few products, whose errors do not cancel, and hold few weights.",
                     grouped(widened), widened == 1 ? "is" : "are"),
         "To store them in 4 bits all the same, choose it for them (--set depthwise=int4-weight-only)."});
}

void plan(Prepared& prepared) {
    widen_depthwise(prepared);
    const std::vector<int> items = prepared.items_of(self());
    if (items.empty()) return;
    const auto reasons = settled_reasons(items, [&](int item, const std::set<int>& chosen) { return why_not(prepared, item, chosen); });
    std::size_t dequantized = 0;
    for (std::size_t i = 0; i < items.size(); ++i) dequantized += reasons[i].empty() && reads_int4_parts(node_of(prepared, items[i])) ? 1 : 0;
    if (dequantized > 0) prepared.findings.push_back(dequantized_finding("INT4", dequantized));
    prepared.note_reasons(items, reasons);
}

bool watch(const Prepared& prepared, std::map<std::string, std::optional<int>>& tensors) { return watch_means(prepared, prepared.items_of(self()), tensors); }

class Writer {
public:
    Writer(GraphEdit& edit, const Prepared& prepared, WeightBias& bias)
        : edit_(edit), bias_(bias), rounding_(prepared.rounding.get()),
          weights_(prepared.weights), form_{static_cast<std::size_t>(weights_.block), weights_.zero_points, weights_.rounding != "nearest"} {}

    void write(int item) {
        if (is_table(edit_.item(static_cast<std::size_t>(item)).proto))
            write_table(item);
        else
            write_product(item);
        edit_.set_opset("com.microsoft", 1);
    }

private:
    /// Initializers: codes, scales, and zero points where there are any; and what they hold.
    struct Stored {
        std::string codes, scales, zeros;
        BlockCodes blocks;
    };

    /// The rows of a weight times a factor: [N, K] of a product, the rows of a table.
    std::vector<float> rows(const onnx::NodeProto& node, const Rows& shape, float factor) const {
        std::vector<float> values = edit_.floats(node.input(weight_slot(node)));
        if (!is_table(node) && !is_transposed(node)) values = transposed(values, shape.length, shape.count);
        if (factor != 1.f)
            for (float& value : values) value *= factor;
        return values;
    }

    const Stored& stored(int item, const onnx::NodeProto& node, const Rows& shape, float factor) {
        const std::string name = node.input(weight_slot(node));
        Stored& names = stored_[{name, is_table(node), is_transposed(node), factor}];
        if (!names.codes.empty()) return names;
        const std::vector<float> matrix = rows(node, shape, factor);
        BlockForm form = form_;
        form.summed = !is_table(node);
        BlockCodes& codes = names.blocks = quantize_blocks(matrix, shape.count, shape.length, form);
        if (rounding_ != nullptr && !is_table(node)) rounding_->round(item, {matrix, rows_walk(shape), form_, bias_.gives_back(item)}, codes);
        const auto count = static_cast<std::int64_t>(codes.rows), blocks = static_cast<std::int64_t>(codes.blocks());
        const auto half_block = static_cast<std::int64_t>(codes.block / 2), half_row = static_cast<std::int64_t>(codes.columns / 2);
        names.codes = is_table(node) ? edit_.add_constant(name + "_u4", ElementType::uint8, {count, half_row}, packed_rows(codes))
                                     : edit_.add_constant(name + "_u4", ElementType::uint8, {count, blocks, half_block}, packed_blocks(codes));
        names.scales = edit_.add_constant(name + "_u4_scale", ElementType::float32, {count, blocks}, codes.scales);
        if (form_.zero_points) names.zeros = edit_.add_constant(name + "_u4_zero_point", ElementType::uint8, {count, (blocks + 1) / 2}, packed_zeros(codes));
        return names;
    }

    /// As rows() gives the weight of a product.
    static WeightWalk rows_walk(const Rows& shape) { return {.channels = shape.count, .channel_stride = shape.length, .inputs = shape.length}; }

    void give_back(int item, const Rows& shape, float alpha, const BlockCodes& codes) {
        if (!bias_.gives_back(item)) return;
        const onnx::NodeProto& node = edit_.item(static_cast<std::size_t>(item)).proto;
        const float beta = node.op_type() == "Gemm" ? attribute_float(node, "beta", 1.f) : 1.f;
        bias_.give_back(item, {rows(node, shape, alpha), codes.values(), rows_walk(shape), 1 / beta});
    }

    static onnx::NodeProto renamed(const onnx::NodeProto& old, std::string_view op, const std::vector<std::string>& inputs) {
        onnx::NodeProto node;
        node.set_op_type(std::string(op));
        node.set_domain("com.microsoft");
        node.set_name(old.name());
        node.set_doc_string(old.doc_string());
        *node.mutable_metadata_props() = old.metadata_props();
        for (const std::string& input : inputs) node.add_input(input);
        while (node.input_size() > 0 && node.input(node.input_size() - 1).empty()) node.mutable_input()->RemoveLast();
        *node.mutable_output() = old.output();
        return node;
    }

    void write_table(int item) {
        const onnx::NodeProto old = edit_.item(static_cast<std::size_t>(item)).proto;
        const Stored& names = stored(item, old, rows_of(edit_, old), 1.f);
        onnx::NodeProto node = renamed(old, "GatherBlockQuantized", {names.codes, old.input(1), names.scales, names.zeros});
        set_attribute(node, "bits", 4);
        set_attribute(node, "block_size", static_cast<std::int64_t>(form_.block));
        set_attribute(node, "gather_axis", 0);
        set_attribute(node, "quantize_axis", 1);
        replace_node(edit_, item, std::move(node));
    }

    void write_product(int item) {
        const onnx::NodeProto before = edit_.item(static_cast<std::size_t>(item)).proto;
        const bool gemm = before.op_type() == "Gemm";
        const Rows shape = rows_of(edit_, before);
        const float alpha = gemm ? attribute_float(before, "alpha", 1.f) : 1.f;
        const Stored& names = stored(item, before, shape, alpha);
        give_back(item, shape, alpha, names.blocks);
        const onnx::NodeProto old = edit_.item(static_cast<std::size_t>(item)).proto;  // a Gemm may have another bias now
        const std::string bias = gemm ? row_bias(old, shape.count) : std::string();
        onnx::NodeProto node = renamed(old, "MatMulNBits", {old.input(0), names.codes, names.scales, names.zeros, "", bias});
        set_attribute(node, "K", static_cast<std::int64_t>(shape.length));
        set_attribute(node, "N", static_cast<std::int64_t>(shape.count));
        set_attribute(node, "bits", 4);
        set_attribute(node, "block_size", static_cast<std::int64_t>(form_.block));
        set_attribute(node, "accuracy_level", kAccuracyLevel);
        const bool adds = gemm && present(old, 2) && bias.empty();
        const std::string product = adds ? edit_.fresh(old.output(0) + "_product") : old.output(0);
        node.set_output(0, product);
        replace_node(edit_, item, std::move(node));
        if (!adds) return;
        edit_.set_type(product, edit_.type(old.output(0)));
        edit_.add("Add", {product, addend(old)}, {old.output(0)}, old.name() + "_Add");
    }

    /// A constant bias of one number, or of one number a column, as a vector [N] times beta; empty where there is none.
    std::string row_bias(const onnx::NodeProto& gemm, std::uint64_t columns) {
        if (!present(gemm, 2) || !edit_.is_constant(gemm.input(2))) return {};
        const auto dims = edit_.dims(gemm.input(2));
        const std::uint64_t count = element_count(dims);
        if (count != 1 && (dims.empty() || static_cast<std::uint64_t>(dims.back()) != columns || count != columns)) return {};
        std::vector<float> values = scaled(gemm);
        if (count == 1) values.assign(columns, values[0]);
        return edit_.add_constant(gemm.input(2) + "_bias", ElementType::float32, {static_cast<std::int64_t>(columns)}, values);
    }

    /// What is added behind the product: a bias that is no row.
    std::string addend(const onnx::NodeProto& gemm) {
        const std::string& bias = gemm.input(2);
        if (!edit_.is_constant(bias) || attribute_float(gemm, "beta", 1.f) == 1.f) return bias;
        return edit_.add_constant(bias + "_scaled", ElementType::float32, edit_.dims(bias), scaled(gemm));
    }

    /// A constant bias times beta.
    std::vector<float> scaled(const onnx::NodeProto& gemm) const {
        std::vector<float> values = edit_.floats(gemm.input(2));
        for (float& value : values) value *= attribute_float(gemm, "beta", 1.f);
        return values;
    }

    GraphEdit& edit_;
    WeightBias& bias_;
    const SampleRounding* rounding_;  ///< null: codes are the nearest ones
    WeightCodes weights_;
    BlockForm form_;
    std::map<std::tuple<std::string, bool, bool, float>, Stored> stored_;  ///< weight, whether a table, transposed, factor
};

void write(GraphEdit& edit, const Writing& writing) {
    WeightBias bias(edit, writing.prepared, writing.ranges);
    Writer writer(edit, writing.prepared, bias);
    Int4PartsWriter parts(edit, writing.prepared, bias);
    for (const int item : writing.prepared.items_of(self()))
        if (reads_int4_parts(edit.item(static_cast<std::size_t>(item)).proto))
            parts.write(item);
        else
            writer.write(item);
}

MethodFit fit(const Workload& work) {
    if (!has_products(work) && work.recurrents == 0 && work.table_bytes == 0) return {false, "No node with constant weights."};
    return {
        false,
        "About a seventh of the weights' size, with float activations. Samples are not needed, but mend its biases. Best where one row is computed at a time."};
}

}  // namespace

constinit const MethodSpec kInt4WeightOnlyMethod{
    .id = "int4-weight-only",
    .title = "INT4 weight-only",
    .badge = "W4",
    .colour = "#D55E00",
    .key = '6',
    .weight_bits = 4,
    .scale_percent = 13,
    .any_kernel = true,
    .folds_batch_norm = true,
    .takes = takes,
    .plan = plan,
    .watch = watch,
    .write = write,
    .fit = fit,
};

}  // namespace vernier
