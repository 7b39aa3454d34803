// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/base/number_text.h"
#include "core/quant/methods/fp16_exact.h"
#include "core/quant/methods/fp16_slots.h"
#include "core/quant/methods/half.h"

namespace vernier {
namespace {

using detail::HalfFate;
using detail::HalfRules;
using detail::HalfSlots;

/// The number that a ConstantOfShape fills with, when it is a float.
std::optional<float> fill_of(const onnx::NodeProto& node) {
    const auto* value = find_attribute(node, "value");
    if (value == nullptr) return 0.f;
    if (value->t().data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
    if (value->t().float_data_size() == 1) return value->t().float_data(0);
    float number = 0;
    if (value->t().raw_data().size() != sizeof number) return std::nullopt;
    std::memcpy(&number, value->t().raw_data().data(), sizeof number);
    return number;
}

/// Fates of the constants that a node would read in half precision, by tensor name.
class Fates {
public:
    explicit Fates(const GraphEdit& edit) : edit_(edit) {}

    const HalfFate& of(const std::string& constant) {
        const auto found = fates_.find(constant);
        if (found != fates_.end()) return found->second;
        return fates_[constant] = detail::half_fate(edit_.floats(constant));
    }

    /// The first constant of the node that FP16 cannot hold, and whether it overflows (else it vanishes).
    std::optional<std::pair<std::string, bool>> trouble(int index, const HalfSlots& slots) {
        const auto& node = edit_.item(static_cast<std::size_t>(index)).proto;
        for (int i = 0; i < node.input_size(); ++i) {
            if (!slots.inputs[static_cast<std::size_t>(i)] || !edit_.is_float_constant(node.input(i))) continue;
            const HalfFate& fate = of(node.input(i));
            if (fate.overflow > 0) return std::pair{node.input(i), true};
            if (fate.count > 0 && fate.to_zero == fate.count) return std::pair{node.input(i), false};
        }
        if (node.op_type() == "ConstantOfShape") {
            const HalfFate fate = detail::half_fate({fill_of(node).value_or(0.f)});
            if (fate.overflow > 0 || fate.to_zero > 0) return std::pair{node.output(0), fate.overflow > 0};
        }
        return std::nullopt;
    }

private:
    const GraphEdit& edit_;
    std::map<std::string, HalfFate> fates_;
};

std::string trouble_text(const std::pair<std::string, bool>& trouble) {
    return trouble.second ? fmt::format("its constant {} holds values beyond FP16's 65504", trouble.first)
                          : fmt::format("its constant {} would become zero in FP16", trouble.first);
}

/// Ops that hand a value too large (a mask) or too small (an epsilon) on to their readers.
bool passes_large(std::string_view op) {
    static constexpr std::array<std::string_view, 18> kOps = {"Add",  "Sub",    "Mul",     "Div",     "Where",     "Sum",       "Min",    "Max",   "Clip",
                                                              "Cast", "Expand", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Slice", "Identity"};
    return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

bool passes_small(std::string_view op) {
    static constexpr std::array<std::string_view, 7> kOps = {"Add", "Sqrt", "Reciprocal", "Max", "Clip", "Cast", "Identity"};
    return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

/// Readers of a troubled node stay in float too, up to the first op that brings the value back to an ordinary size.
void spread(const GraphEdit& edit, int from, bool large, const std::unordered_map<int, std::size_t>& places, std::vector<std::string>& reasons) {
    std::vector<int> todo = {from};
    std::set<int> seen = {from};
    while (!todo.empty()) {
        const auto& node = edit.item(static_cast<std::size_t>(todo.back())).proto;
        todo.pop_back();
        if (!(large ? passes_large(node.op_type()) : passes_small(node.op_type())) && node.op_type() != "ConstantOfShape") continue;
        for (const std::string& output : node.output())
            for (int reader : edit.readers(output)) {
                if (!seen.insert(reader).second) continue;
                todo.push_back(reader);
                const auto place = places.find(reader);
                if (place != places.end() && reasons[place->second].empty())
                    reasons[place->second] = large ? "its input may be beyond FP16's range" : "its input may vanish in FP16";
            }
    }
}

class HalfEmitter {
public:
    HalfEmitter(GraphEdit& edit, std::span<const int> nodes) : edit_(edit), rules_(edit) {
        for (int index : nodes) slots_.emplace(index, rules_.slots(index));
    }

    void emit() {
        for (const auto& [index, slots] : slots_) plan_outputs(index, slots);
        for (const auto& [index, slots] : slots_) take_inputs(index, slots);
        for (const auto& [index, slots] : slots_) fix_attributes(edit_.item(static_cast<std::size_t>(index)).proto, slots);
        for (const auto& [half, type] : new_types_) edit_.set_type(half, type);
    }

private:
    /// True when something needs the tensor in float: a float reader, a float-only input, the caller.
    bool needs_float(const std::string& tensor) const {
        if (edit_.is_output(tensor)) return true;
        for (int reader : edit_.readers(tensor)) {
            const auto found = slots_.find(reader);
            if (found == slots_.end()) return true;
            const auto& node = edit_.item(static_cast<std::size_t>(reader)).proto;
            for (int i = 0; i < node.input_size(); ++i)
                if (node.input(i) == tensor && !found->second.inputs[static_cast<std::size_t>(i)]) return true;
        }
        return false;
    }

    void plan_outputs(int index, const HalfSlots& slots) {
        for (std::size_t slot = 0; slot < slots.outputs.size(); ++slot) {
            if (!slots.outputs[slot]) continue;
            const std::string name = edit_.item(static_cast<std::size_t>(index)).proto.output(static_cast<int>(slot));
            const std::string half = needs_float(name) ? edit_.fresh(name + "_fp16") : name;
            if (half != name) {
                edit_.set_output(index, static_cast<int>(slot), half);
                cast(half, name, onnx::TensorProto::FLOAT);
            }
            remember(name, half);
        }
    }

    void take_inputs(int index, const HalfSlots& slots) {
        for (std::size_t slot = 0; slot < slots.inputs.size(); ++slot) {
            if (!slots.inputs[slot]) continue;
            const std::string name = edit_.item(static_cast<std::size_t>(index)).proto.input(static_cast<int>(slot));
            const std::string half = half_of(name);
            if (half != name) edit_.set_input(index, static_cast<int>(slot), half);
        }
    }

    /// The half form of a tensor: as its producer makes it, a converted constant, or behind a Cast; each made once.
    std::string half_of(const std::string& name) {
        const auto found = halves_.find(name);
        if (found != halves_.end()) return found->second;
        if (edit_.is_constant(name))
            return halves_[name] =
                       edit_.add_constant(name + "_fp16", ElementType::float16, edit_.dims(name), half_bits(std::span<const float>(edit_.floats(name))));
        const std::string half = edit_.fresh(name + "_fp16");
        cast(name, half, onnx::TensorProto::FLOAT16);
        remember(name, half);
        return half;
    }

    void remember(const std::string& name, const std::string& half) {
        halves_[name] = half;
        ValueType type = edit_.type(name);
        type.element = ElementType::float16;
        new_types_.emplace_back(half, std::move(type));
    }

    void cast(const std::string& from, const std::string& to, onnx::TensorProto::DataType type) {
        onnx::NodeProto node;
        node.set_op_type("Cast");
        node.set_name(edit_.fresh(to + "_Cast"));
        node.add_input(from);
        node.add_output(to);
        set_attribute(node, "to", std::int64_t{type});
        edit_.add(std::move(node));
    }

    static void fix_attributes(onnx::NodeProto& node, const HalfSlots& slots) {
        if (slots.outputs.empty() || !slots.outputs[0]) return;
        if (node.op_type() == "Cast") set_attribute(node, "to", std::int64_t{onnx::TensorProto::FLOAT16});
        if (node.op_type() != "ConstantOfShape") return;
        const std::uint16_t bits = half_bits(fill_of(node).value_or(0.f));
        remove_attribute(node, "value");
        auto* value = node.add_attribute();
        value->set_name("value");
        value->set_type(onnx::AttributeProto::TENSOR);
        value->mutable_t()->set_data_type(onnx::TensorProto::FLOAT16);
        value->mutable_t()->add_dims(1);
        value->mutable_t()->set_raw_data(&bits, sizeof bits);
    }

    GraphEdit& edit_;
    HalfRules rules_;
    std::map<int, HalfSlots> slots_;             ///< by item index
    std::map<std::string, std::string> halves_;  ///< float tensor to its half form
    std::vector<std::pair<std::string, ValueType>> new_types_;
};

}  // namespace

std::vector<std::string> why_not_fp16(const GraphEdit& edit, std::span<const int> nodes) {
    const HalfRules rules(edit);
    Fates fates(edit);
    std::vector<std::string> reasons(nodes.size());
    std::unordered_map<int, std::size_t> places;
    std::vector<std::pair<int, bool>> troubled;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        places[nodes[i]] = i;
        const HalfSlots slots = rules.slots(nodes[i]);
        reasons[i] = slots.why;
        if (!slots.why.empty()) continue;
        if (const auto trouble = fates.trouble(nodes[i], slots)) {
            reasons[i] = trouble_text(*trouble);
            troubled.emplace_back(nodes[i], trouble->second);
        }
    }
    for (const auto& [index, large] : troubled) spread(edit, index, large, places, reasons);
    for (const auto& [index, reason] : exact_nodes(edit))
        if (const auto place = places.find(index); place != places.end() && reasons[place->second].empty()) reasons[place->second] = reason;
    return reasons;
}

void emit_fp16(GraphEdit& edit, std::span<const int> nodes) { HalfEmitter(edit, nodes).emit(); }

namespace {

/// Nodes that one constant keeps in FP32.
struct Kept {
    NodeId node = kNone;
    std::string node_name;
    std::size_t nodes = 0;
    bool overflows = false;
};

Finding kept_finding(const std::string& tensor, const Kept& kept) {
    Finding finding;
    finding.severity = kept.overflows ? Severity::serious : Severity::warning;
    finding.code = kept.overflows ? "fp16-overflow" : "fp16-vanishes";
    finding.node = kept.node;
    finding.node_name = kept.node_name;
    finding.tensor = tensor;
    finding.text = fmt::format("{}{} in FP32, and what works on its result: the constant {} {}", kept.node_name,
                               kept.nodes == 1 ? " stays" : fmt::format(" and {} more stay", kept.nodes - 1), tensor,
                               kept.overflows ? "holds values beyond FP16's 65504" : "would become zero in FP16");
    return finding;
}

/// Weights that FP16 holds badly, summed over those that are converted.
struct Poor {
    HalfFate all, worst;
    std::string worst_name;

    void add(const std::string& name, const HalfFate& fate) {
        all.count += fate.count;
        all.to_zero += fate.to_zero;
        all.subnormal += fate.subnormal;
        if (fate.to_zero + fate.subnormal <= worst.to_zero + worst.subnormal) return;
        worst = fate;
        worst_name = name;
    }

    [[nodiscard]] Finding finding() const {
        Finding finding;
        finding.severity = all.to_zero * 100 > all.count ? Severity::warning : Severity::info;
        finding.code = "fp16-range";
        finding.tensor = worst_name;
        finding.text = fmt::format("of {} weights, {} {} zero and {} {} bits because they are below FP16's normal range, most of them in {}",
                                   grouped(all.count), grouped(all.to_zero), all.to_zero == 1 ? "becomes" : "become", grouped(all.subnormal),
                                   all.subnormal == 1 ? "loses" : "lose", worst_name);
        return finding;
    }
};

}  // namespace

std::vector<Finding> fp16_findings(const GraphEdit& edit, std::span<const int> nodes, std::span<const std::string> reasons) {
    const HalfRules rules(edit);
    Fates fates(edit);
    std::map<std::string, Kept> kept;
    std::set<std::string> counted;
    Poor poor;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& item = edit.item(static_cast<std::size_t>(nodes[i]));
        const HalfSlots slots = rules.slots(nodes[i]);
        if (!slots.why.empty()) continue;
        if (const auto trouble = fates.trouble(nodes[i], slots)) {
            Kept& entry = kept[trouble->first];
            if (entry.nodes++ == 0) entry = {item.origin, item.proto.name(), 1, trouble->second};
        }
        for (int slot = 0; slot < item.proto.input_size() && reasons[i].empty(); ++slot) {
            const std::string& name = item.proto.input(slot);
            if (slots.inputs[static_cast<std::size_t>(slot)] && edit.is_float_constant(name) && counted.insert(name).second) poor.add(name, fates.of(name));
        }
    }
    std::vector<Finding> findings;
    for (const auto& [tensor, entry] : kept) findings.push_back(kept_finding(tensor, entry));
    if (poor.all.to_zero + poor.all.subnormal > 0) findings.push_back(poor.finding());
    return findings;
}

}  // namespace vernier
