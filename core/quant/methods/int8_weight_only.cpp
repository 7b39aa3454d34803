// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/number_text.h"
#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/weights_int8.h"
#include "core/quant/prepare.h"
#include "core/quant/workload.h"

/// INT8 weight-only: weights are stored as S8, symmetric, one scale a channel, and nodes compute in float:
///   Conv(x, W)      =>      W8 -> DequantizeLinear -> Conv(x, ...)
/// A table that Gather reads is picked from in codes, as in INT8 dynamic. Seen with ONNX Runtime 1.31.1 on CPU: MatMul becomes
/// MatMulNBits, which reads the codes; in front of all others DequantizeLinear is not folded, but runs on each run.
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

bool is_recurrent(std::string_view op) { return op == "LSTM" || op == "GRU" || op == "RNN"; }

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

/// Folded from stored codes, which lie in the file already.
bool is_code_already(const Prepared& prepared, int item, int slot) {
    return std::any_of(prepared.folds.reads.begin(), prepared.folds.reads.end(), [&](const Fold& fold) {
        if (fold.item != item || fold.slot != slot) return false;
        const int maker = prepared.edit.producer(fold.computed);
        return maker >= 0 && prepared.edit.item(static_cast<std::size_t>(maker)).proto.op_type() == "DequantizeLinear";
    });
}

std::string why_not_weight(const Prepared& prepared, int item, const WeightRead& weight) {
    const GraphEdit& edit = prepared.edit;
    const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
    if (weight.slot >= node.input_size()) return std::string(kNoWeight);
    const std::string& name = node.input(weight.slot);
    if (!edit.is_constant(name)) return "its weight is computed, not constant";
    if (!edit.is_float_constant(name)) return "its weight is not float32";
    const auto dims = edit.dims(name);
    if (dims.size() < 2) return "its weight is a vector";
    if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return "its weight is empty";
    if (is_code_already(prepared, item, weight.slot)) return "its weight is stored in integers already";
    if (!std::isfinite(edit.largest_magnitude(name))) return fmt::format("its weight '{}' holds NaN or infinity", name);
    const std::uint64_t count = element_count(dims), scales = prepared.choice_of(item).per_channel ? static_cast<std::uint64_t>(dims[weight.axis]) : 1;
    if (count + 4 * scales >= 4 * count) return "codes and scales of its weight would take no fewer bytes";
    return {};
}

/// A weight that a node in float reads too would be stored twice.
bool is_read_in_float(const GraphEdit& edit, const std::string& name, const std::set<int>& chosen) {
    const auto readers = edit.readers(name);
    return edit.is_output(name) || !std::all_of(readers.begin(), readers.end(), [&](int reader) { return chosen.contains(reader); });
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

/// By item: why it stays in float; empty where it does not. What stays so reads its weight in float, which others may share.
std::map<int, std::string> reasons_of(const Prepared& prepared, const std::vector<int>& items) {
    std::map<int, std::string> reasons;
    const std::vector<DynamicNode> gathers = tables(prepared, items);
    const auto of_tables = why_not_dynamic(prepared.edit, gathers);
    for (std::size_t i = 0; i < gathers.size(); ++i) reasons[gathers[i].index] = of_tables[i];
    std::set<int> chosen(items.begin(), items.end());
    for (bool changed = true; changed;) {
        changed = false;
        for (const int item : items) {
            if (!chosen.contains(item)) continue;
            if (op_of(prepared, item) != "Gather") reasons[item] = why_not(prepared, item, chosen);
            if (reasons[item].empty()) continue;
            chosen.erase(item);
            changed = true;
        }
    }
    return reasons;
}

/// Nodes that bring their weights back to float on each run.
Finding dequantized_finding(std::size_t nodes) {
    return {Severity::info,
            "weights-dequantized",
            kNone,
            {},
            {},
            fmt::format("The runtime turns the INT8 weights of {} into float on each run: the file gets smaller, not faster.",
                        nodes == 1 ? std::string("1 node") : fmt::format("{} nodes", grouped(nodes))),
            "Choose INT8 static or INT8 dynamic where speed is what counts."};
}

void plan(Prepared& prepared) {
    const std::vector<int> items = prepared.items_of(self());
    if (items.empty()) return;
    const auto reasons = reasons_of(prepared, items);
    std::vector<std::string> list;
    std::size_t dequantized = 0;
    for (const int item : items) {
        list.push_back(reasons.at(item));
        dequantized += list.back().empty() && op_of(prepared, item) != "MatMul" && op_of(prepared, item) != "Gather" ? 1 : 0;
    }
    if (dequantized > 0) prepared.findings.push_back(dequantized_finding(dequantized));
    prepared.note_reasons(items, list);
}

class Writer {
public:
    Writer(GraphEdit& edit, const Prepared& prepared) : edit_(edit), prepared_(prepared) {}

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
        std::string& floats = written_[{name, weight.axis, per_channel}];
        if (floats.empty()) floats = dequantized(name, weight.axis, per_channel);
        edit_.set_input(item, weight.slot, floats);
    }

    /// The float form of a weight that is stored as codes.
    std::string dequantized(const std::string& name, std::size_t axis, bool per_channel) {
        const auto dims = edit_.dims(name);
        std::size_t stride = 1;
        for (std::size_t a = axis + 1; a < dims.size(); ++a) stride *= static_cast<std::size_t>(dims[a]);
        const Int8Weight weight = quantize_weight(edit_.floats(name), {static_cast<std::size_t>(dims[axis]), stride, per_channel});
        std::vector<std::int64_t> scale_dims;
        if (weight.scales.size() > 1) scale_dims.push_back(static_cast<std::int64_t>(weight.scales.size()));
        const std::string codes = edit_.add_constant(name + "_s8", ElementType::int8, dims, weight.codes);
        const std::string scale = edit_.add_constant(name + "_s8_scale", ElementType::float32, scale_dims, weight.scales);
        const std::string output = edit_.fresh(name + "_s8_float");
        const int added = edit_.add("DequantizeLinear", {codes, scale}, {output}, name + "_DequantizeLinear");
        if (!scale_dims.empty()) set_attribute(edit_.item(static_cast<std::size_t>(added)).proto, "axis", static_cast<std::int64_t>(axis));
        return output;
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
    std::map<std::tuple<std::string, std::size_t, bool>, std::string> written_;  ///< weight, axis, per channel
    std::map<std::string, std::string> apart_;
};

void write(GraphEdit& edit, const Writing& writing) { Writer(edit, writing.prepared).run(writing.prepared.items_of(self())); }

MethodFit fit(const Workload& work) {
    if (!has_products(work) && work.recurrents == 0 && work.table_bytes == 0) return {false, "No node with constant weights."};
    return {false, "About a quarter of the weights' size, with float activations; it needs no samples and does not run faster."};
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
    .write = write,
    .fit = fit,
};

}  // namespace vernier
