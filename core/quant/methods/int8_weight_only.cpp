// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/stored_weights.h"
#include "core/quant/methods/weight_bias.h"
#include "core/quant/methods/weight_walk.h"
#include "core/quant/methods/weights_int8.h"
#include "core/quant/prepare.h"
#include "core/quant/rounding/sample_rounding.h"
#include "core/quant/workload.h"

/// INT8 weight-only: weights are stored as S8, symmetric, one scale a channel, and nodes compute in float:
///   Conv(x, W)      =>      W8 -> DequantizeLinear -> Conv(x, ...)
/// A table that Gather reads is picked from in codes, as in INT8 dynamic. Seen with ONNX Runtime 1.31.1 on CPU: MatMul becomes
/// MatMulNBits, which reads the codes; in front of all others DequantizeLinear is not folded, but runs on each run.
/// With samples, biases give back what rounding the weights takes on average, as in INT8 static.
namespace vernier {
extern const MethodSpec kInt8WeightOnlyMethod;

namespace {

constexpr std::int64_t kOpsetForPerAxis = 13;  ///< DequantizeLinear with an axis
constexpr std::string_view kNoWeight = "it has no weight";

Method self() { return *method_from_id(kInt8WeightOnlyMethod.id); }

/// A weight that a node reads, and the axis of its channels.
struct WeightRead {
    int slot = 1;
    std::size_t axis = 0;
};

bool takes(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 8> kOps = {"Conv", "ConvTranspose", "MatMul", "Gemm", "LSTM", "GRU", "RNN", "Gather"};
    return is_standard(node) && std::find(kOps.begin(), kOps.end(), node.op_type()) != kOps.end();
}

std::vector<WeightRead> weights_read(const GraphEdit& edit, const onnx::NodeProto& node) {
    const std::string& op = node.op_type();
    if (is_recurrent(op)) return {{1, 1}, {2, 1}};
    if (op == "Conv") return {{1, 0}};
    if (op == "ConvTranspose") return {{1, 1}};
    if (op == "Gemm") return {{1, attribute_int(node, "transB", 0) != 0 ? 0U : 1U}};
    const bool left = !edit.is_constant(node.input(1)) && edit.is_constant(node.input(0));  // MatMul: rows of a left one, else columns
    const std::size_t rank = edit.dims(node.input(left ? 0 : 1)).size();
    if (left) return {{0, std::max<std::size_t>(rank, 2) - 2}};
    return {{1, std::max<std::size_t>(rank, 1) - 1}};
}

std::string why_not_weight(const Prepared& prepared, int item, const WeightRead& weight) {
    const GraphEdit& edit = prepared.edit;
    const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
    if (weight.slot >= node.input_size()) return std::string(kNoWeight);
    if (std::string why = why_no_codes(prepared, item, weight.slot); !why.empty()) return why;
    const auto dims = edit.dims(node.input(weight.slot));
    const std::uint64_t count = element_count(dims), scales = prepared.choice_of(item).per_channel ? static_cast<std::uint64_t>(dims[weight.axis]) : 1;
    if (count + 4 * scales >= 4 * count) return "codes and scales of its weight would take no fewer bytes";
    return {};
}

std::string why_not(const Prepared& prepared, int item, const std::set<int>& chosen) {
    const auto& node = prepared.edit.item(static_cast<std::size_t>(item)).proto;
    if (!takes(node) || node.input_size() < 2) return std::string(kNoWeight);
    for (const WeightRead& weight : weights_read(prepared.edit, node)) {
        if (std::string why = why_not_weight(prepared, item, weight); !why.empty()) return why;
        if (!prepared.choice_of(item).explicit_choice() && is_read_in_float(prepared.edit, node.input(weight.slot), chosen))
            return "its weight is read in float elsewhere, and would be stored twice";
    }
    return {};
}

const std::string& op_of(const Prepared& prepared, int item) { return prepared.edit.item(static_cast<std::size_t>(item)).proto.op_type(); }

/// Tables among items, as INT8 dynamic writes them.
std::vector<DynamicNode> tables(const Prepared& prepared, const std::vector<int>& items) {
    std::vector<DynamicNode> nodes;
    for (const int item : items)
        if (op_of(prepared, item) == "Gather") nodes.push_back({item, prepared.choice_of(item).per_channel, prepared.choice_of(item).explicit_choice()});
    return nodes;
}

/// Why each item stays in float; empty where it does not.
std::vector<std::string> reasons_of(const Prepared& prepared, const std::vector<int>& items) {
    std::map<int, std::string> of_tables;
    const std::vector<DynamicNode> gathers = tables(prepared, items);
    const auto reasons = why_not_dynamic(prepared.edit, gathers);
    for (std::size_t i = 0; i < gathers.size(); ++i) of_tables[gathers[i].index] = reasons[i];
    return settled_reasons(items, [&](int item, const std::set<int>& chosen) {
        const auto table = of_tables.find(item);
        return table != of_tables.end() ? table->second : why_not(prepared, item, chosen);
    });
}

bool watch(const Prepared& prepared, std::map<std::string, std::optional<int>>& tensors) { return watch_means(prepared, prepared.items_of(self()), tensors); }

void plan(Prepared& prepared) {
    const std::vector<int> items = prepared.items_of(self());
    if (items.empty()) return;
    const auto reasons = reasons_of(prepared, items);
    std::size_t dequantized = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
        dequantized += reasons[i].empty() && op_of(prepared, items[i]) != "MatMul" && op_of(prepared, items[i]) != "Gather" ? 1 : 0;
    if (dequantized > 0) prepared.findings.push_back(dequantized_finding("INT8", dequantized));
    prepared.note_reasons(items, reasons);
}

class Writer {
public:
    Writer(GraphEdit& edit, const Prepared& prepared, const Ranges& seen) : edit_(edit), prepared_(prepared), bias_(edit, prepared, seen) {}

    void run(const std::vector<int>& items) {
        emit_dynamic(edit_, tables(prepared_, items));
        for (const int item : items) {
            if (op_of(prepared_, item) == "Gather") continue;
            for (const WeightRead& weight : weights_read(edit_, node(item))) write(item, weight);
            keep_apart(item);
        }
    }

private:
    const onnx::NodeProto& node(int item) const { return edit_.item(static_cast<std::size_t>(item)).proto; }

    void write(int item, const WeightRead& weight) {
        const std::string name = node(item).input(weight.slot);
        const bool per_channel = prepared_.choice_of(item).per_channel;
        const auto dims = edit_.dims(name);
        Stored& stored = written_[{name, weight.axis, per_channel}];
        if (stored.floats.empty()) stored = dequantized(item, weight, per_channel);
        if (weight.slot == 1 && bias_.gives_back(item))
            give_back(item, stored.weight, {static_cast<std::size_t>(dims[weight.axis]), stride_of(dims, weight), per_channel});
        edit_.set_input(item, weight.slot, stored.floats);
    }

    /// A weight that is stored as codes, and its float form.
    struct Stored {
        std::string floats;
        Int8Weight weight;
    };

    Stored dequantized(int item, const WeightRead& read, bool per_channel) {
        const std::string name = node(item).input(read.slot);
        const auto dims = edit_.dims(name);
        const std::vector<float> values = edit_.floats(name);
        Stored stored{edit_.fresh(name + "_s8_float"),
                      quantize_weight(values, {static_cast<std::size_t>(dims[read.axis]), stride_of(dims, read), per_channel})};
        if (prepared_.rounding && read.slot == 1) prepared_.rounding->round(item, values, weight_walk(node(item), dims), bias_.gives_back(item), stored.weight);
        std::vector<std::int64_t> scale_dims;
        if (stored.weight.scales.size() > 1) scale_dims.push_back(static_cast<std::int64_t>(stored.weight.scales.size()));
        const std::string codes = edit_.add_constant(name + "_s8", ElementType::int8, dims, stored.weight.codes);
        const std::string scale = edit_.add_constant(name + "_s8_scale", ElementType::float32, scale_dims, stored.weight.scales);
        const int added = edit_.add("DequantizeLinear", {codes, scale}, {stored.floats}, name + "_DequantizeLinear");
        if (!scale_dims.empty()) set_attribute(edit_.item(static_cast<std::size_t>(added)).proto, "axis", static_cast<std::int64_t>(read.axis));
        return stored;
    }

    static std::size_t stride_of(const std::vector<std::int64_t>& dims, const WeightRead& read) {
        std::size_t stride = 1;
        for (std::size_t a = read.axis + 1; a < dims.size(); ++a) stride *= static_cast<std::size_t>(dims[a]);
        return stride;
    }

    void give_back(int item, const Int8Weight& codes, const WeightChannels& channels) {
        const std::string& name = node(item).input(1);
        std::vector<float> rounded(codes.codes.size());
        for (std::size_t i = 0; i < rounded.size(); ++i) {
            const std::size_t channel = channels.each ? i / channels.stride % channels.count : 0;
            rounded[i] = codes.scales[channel] * codes.codes[i];
        }
        const bool gemm = node(item).op_type() == "Gemm";
        const float factor = gemm ? attribute_float(node(item), "alpha", 1.f) / attribute_float(node(item), "beta", 1.f) : 1.f;
        bias_.give_back(item, {edit_.floats(name), std::move(rounded), weight_walk(node(item), edit_.dims(name)), factor});
    }

    /// The runtime would make an integer kernel of a node that reads what INT8 static dequantizes: a LeakyRelu with slope 1, which
    /// is exact, stands between.
    void keep_apart(int item) {
        for (int slot = 0; slot < node(item).input_size(); ++slot) {
            const std::string tensor = node(item).input(slot);
            const int maker = tensor.empty() ? -1 : edit_.producer(tensor);
            if (maker < 0 || node(maker).op_type() != "DequantizeLinear" || edit_.is_constant(node(maker).input(0))) continue;
            std::string& apart = apart_[tensor];
            if (apart.empty()) apart = passed_on(tensor);
            edit_.set_input(item, slot, apart);
        }
    }

    std::string passed_on(const std::string& tensor) {
        const std::string output = edit_.fresh(tensor + "_float");
        const int added = edit_.add("LeakyRelu", {tensor}, {output}, tensor + "_keep_float");
        set_attribute(edit_.item(static_cast<std::size_t>(added)).proto, "alpha", 1.f);
        return output;
    }

    GraphEdit& edit_;
    const Prepared& prepared_;
    WeightBias bias_;
    std::map<std::tuple<std::string, std::size_t, bool>, Stored> written_;  ///< weight, axis, per channel
    std::map<std::string, std::string> apart_;
};

void write(GraphEdit& edit, const Writing& writing) { Writer(edit, writing.prepared, writing.ranges).run(writing.prepared.items_of(self())); }

MethodFit fit(const Workload& work) {
    if (!has_products(work) && work.recurrents == 0 && work.table_bytes == 0) return {false, "No node with constant weights."};
    return {false, "About a quarter of the weights' size, with float activations; it does not run faster. Samples are not needed, but mend its biases."};
}

}  // namespace

constinit const MethodSpec kInt8WeightOnlyMethod{
    .id = "int8-weight-only",
    .title = "INT8 weight-only",
    .badge = "W8",
    .colour = "#CC79A7",
    .key = '5',
    .light_colour = true,
    .weight_bits = 8,
    .scale_percent = 4,
    .any_kernel = true,
    .folds_batch_norm = true,
    .opset = kOpsetForPerAxis,
    .takes = takes,
    .plan = plan,
    .watch = watch,
    .write = write,
    .fit = fit,
};

}  // namespace vernier
