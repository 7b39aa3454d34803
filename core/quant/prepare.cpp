// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/model/precision.h"
#include "core/quant/methods/fp16.h"
#include "core/quant/passes/passes.h"
#include "core/quant/widen.h"

namespace vernier {
namespace {

constexpr std::int64_t kOpsetForPerAxis = 13;  ///< DequantizeLinear with an axis; MaxPool on U8 needs 12

/// What no method touches: nodes of an already quantized region, what is as small already.
std::string untouchable(const Model& model, const Node& node, Method method) {
    const Precision precision = precision_of(model, node.id);
    if (is_quantized_op(node) || precision == Precision::int8_static || precision == Precision::int8_dynamic) return "it is already quantized";
    if (method == Method::fp16 && precision == Precision::fp16) return "it computes in half precision already";
    for (const ValueId input : node.inputs) {
        if (input == kNone || code_bits(model, input) > 0) continue;  // stored codes are a weight like others
        const NodeId producer = model.value(input).producer;
        if (producer != kNone && model.node(producer).op_type == "DequantizeLinear") return "it is already quantized";
    }
    return {};
}

void report_once(std::vector<Finding>& findings, std::string code, std::string text, std::string remedy, std::size_t count) {
    if (count == 0) return;
    findings.push_back({Severity::info, std::move(code), kNone, {}, {}, fmt::format("{} {}", count, text), std::move(remedy)});
}

void mark_untouchable(Prepared& prepared, const Model& model) {
    std::size_t quantized = 0;
    for (const Node& node : model.nodes()) {
        const auto at = static_cast<std::size_t>(node.id);
        if (prepared.choices[at].method == Method::fp32) continue;
        prepared.problem[at] = untouchable(model, node, prepared.choices[at].method);
        if (!prepared.problem[at].empty() && is_integer(precision_of(model, node.id))) ++quantized;
    }
    report_once(prepared.findings, "already-quantized", "nodes are already quantized and are left as they are.",
                "Start from the float model to choose anew.", quantized);
}

bool any(const std::vector<bool>& flags) { return std::find(flags.begin(), flags.end(), true) != flags.end(); }

/// Raises the opset as far as a chosen method needs it; where that is not possible, its nodes stay in float.
void raise_opset(Prepared& prepared, Method method, std::int64_t needed) {
    const std::int64_t from = prepared.edit.opset();
    if (from >= needed || !any(prepared.wants(method))) return;
    const std::string problem = upgrade_opset(prepared.edit, needed);
    const std::string title(row(method).title);
    if (problem.empty()) {
        prepared.findings.push_back({Severity::info, "opset-raised", kNone, {}, {},
                                     fmt::format("The model's opset is raised from {} to {}, which {} needs.", from, needed, title), {}});
        return;
    }
    prepared.findings.push_back({Severity::serious, "opset-too-old", kNone, {}, {}, title + " is not possible: " + problem + ".",
                                 "Export the model again with opset 13 or later."});
    for (std::size_t i = 0; i < prepared.choices.size(); ++i)
        if (prepared.choices[i].method == method && prepared.problem[i].empty()) prepared.problem[i] = problem;
}

/// Items of a method that can have it, with what their weights shall take.
std::vector<FoldFor> chosen_items(const Prepared& prepared) {
    std::vector<FoldFor> chosen;
    for (const MethodSpec& method : methods()) {
        if (method.method == Method::fp32) continue;
        const auto wanted = prepared.wants(method.method);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (wanted[i]) chosen.push_back({static_cast<int>(i), method.weight_bits,
                                             prepared.choices[static_cast<std::size_t>(prepared.edit.item(i).origin)].explicit_choice()});
    }
    std::sort(chosen.begin(), chosen.end(), [](const FoldFor& a, const FoldFor& b) { return a.item < b.item; });
    return chosen;
}

/// INT8 dynamic takes single nodes; the other methods take what lies between their nodes too.
bool has_form(const onnx::NodeProto& node, Method method) { return method != Method::int8_dynamic || has_dynamic_form(node.op_type()); }

/// Nodes of another float type that a method cannot have after all, with the reason: they are not widened.
using Kept = std::map<NodeId, std::string>;

void widen_other_floats(Prepared& prepared, const Kept& kept) {
    std::vector<int> items;
    for (const FoldFor& chosen : chosen_items(prepared)) {
        const auto& item = prepared.edit.item(static_cast<std::size_t>(chosen.item));
        const Method method = prepared.choices[static_cast<std::size_t>(item.origin)].method;
        if (!kept.contains(item.origin) && has_form(item.proto, method) && computes_in_other_float(prepared.edit, item.proto)) items.push_back(chosen.item);
    }
    prepared.widened = widen(prepared.edit, items);
    report_once(prepared.findings, "other-float", "chosen nodes compute in half, bfloat16 or double; they start from FP32 values, between "
                "Casts. The model's inputs and outputs keep their types.", "", prepared.widened.size());
}

/// Weights that constant sub-graphs compute, as constants. What computes them is no candidate itself.
void fold_weights(Prepared& prepared) {
    prepared.folds = fold_constants(prepared.edit, chosen_items(prepared));
    const auto problem_of = [&](int item) -> std::string* {
        const NodeId origin = prepared.edit.item(static_cast<std::size_t>(item)).origin;
        return origin == kNone ? nullptr : &prepared.problem[static_cast<std::size_t>(origin)];
    };
    for (const int item : prepared.folds.chain)
        if (std::string* problem = problem_of(item); problem != nullptr && problem->empty()) *problem = "it computes a constant for nodes that stay in float";
    for (const auto& [item, why] : prepared.folds.reasons)
        if (std::string* problem = problem_of(item); problem != nullptr && problem->empty()) *problem = why;
}

void rewrite(Prepared& prepared) {
    PassContext context;
    context.skip = prepared.skip_passes;
    context.findings = &prepared.findings;
    context.absorbed.assign(prepared.choices.size(), false);
    context.wants_static.assign(prepared.choices.size(), false);
    context.wants_integer.assign(prepared.choices.size(), false);
    context.wants_fp16.assign(prepared.choices.size(), false);
    for (const Choice& choice : prepared.choices)
        context.keeps_float.push_back(choice.explicit_choice() && !is_integer(choice.method));
    for (std::size_t i = 0; i < prepared.choices.size(); ++i) {
        if (!prepared.problem[i].empty()) continue;
        const Method method = prepared.choices[i].method;
        context.wants_static[i] = method == Method::int8_static;
        context.wants_integer[i] = is_integer(method);
        context.wants_fp16[i] = method == Method::fp16;
    }
    run_passes(PassPlace::before_plan, prepared.edit, context);
    prepared.folded_into = std::move(context.folded_into);
}

/// Notes why nodes stay in float, by the node of the opened model.
void note_reasons(Prepared& prepared, const std::vector<int>& items, const std::vector<std::string>& reasons) {
    for (std::size_t i = 0; i < items.size(); ++i)
        prepared.problem[static_cast<std::size_t>(prepared.edit.item(static_cast<std::size_t>(items[i])).origin)] = reasons[i];
}

void plan_dynamic(Prepared& prepared) {
    const auto nodes = prepared.dynamic_nodes();
    if (nodes.empty()) return;
    const auto reasons = why_not_dynamic(prepared.edit, nodes);
    const auto findings = dynamic_findings(prepared.edit, nodes, reasons);
    prepared.findings.insert(prepared.findings.end(), findings.begin(), findings.end());
    std::vector<int> items;
    for (const DynamicNode& node : nodes) items.push_back(node.index);
    note_reasons(prepared, items, reasons);
}

void plan_fp16(Prepared& prepared) {
    const auto items = prepared.fp16_nodes();
    if (items.empty()) return;
    const auto reasons = why_not_fp16(prepared.edit, items);
    const auto findings = fp16_findings(prepared.edit, items, reasons);
    prepared.findings.insert(prepared.findings.end(), findings.begin(), findings.end());
    note_reasons(prepared, items, reasons);
}

/// The tensors of a node whose ranges static INT8 needs.
std::vector<std::string> ranged_tensors(const Prepared& prepared, std::size_t item) {
    std::vector<std::string> names;
    const auto& node = prepared.edit.item(item).proto;
    for (const auto* list : {&node.input(), &node.output()})
        for (const std::string& name : *list)
            if (const auto found = prepared.static_plan.tensors.find(name); found != prepared.static_plan.tensors.end() && !found->second.observe.empty())
                names.push_back(found->second.observe);
    return names;
}

bool was_seen(const Ranges& ranges, const std::string& tensor) {
    const auto found = ranges.find(tensor);
    return found != ranges.end() && found->second.count + found->second.nan + found->second.inf > 0;
}

/// Nodes of bodies that become FP16 and whose results the samples never showed.
std::size_t unseen_in_bodies(const Prepared& prepared, const Ranges& ranges) {
    if (!prepared.edit.has_bodies()) return 0;
    const auto nodes = prepared.half_nodes();
    const auto halves = half_tensors(prepared.edit, nodes);
    const std::set<std::string> watched(halves.begin(), halves.end());
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [&](const HalfNode& node) {
        if (prepared.edit.graph_of(node.index) == 0) return false;
        const auto& outputs = prepared.edit.item(static_cast<std::size_t>(node.index)).proto.output();
        return std::any_of(outputs.begin(), outputs.end(), [&](const auto& name) { return watched.contains(name) && !was_seen(ranges, name); });
    }));
}

/// Keeping one node in float may leave another without a use for INT8, or with another tensor to know. Returns how many of
/// bodies are kept.
std::size_t keep_unseen(Prepared& prepared, const Ranges& ranges) {
    std::size_t kept = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < prepared.static_plan.items.size(); ++i) {
            if (prepared.static_plan.items[i].kernel == Kernel::none) continue;
            const auto names = ranged_tensors(prepared, i);
            const auto unseen = std::find_if_not(names.begin(), names.end(), [&](const std::string& name) { return was_seen(ranges, name); });
            if (unseen == names.end()) continue;
            const bool in_body = prepared.edit.graph_of(static_cast<int>(i)) != 0;
            prepared.problem[static_cast<std::size_t>(prepared.edit.item(i).origin)] =
                in_body ? "this branch was not run by the calibration samples" : fmt::format("{} is empty in all calibration samples", *unseen);
            kept += in_body ? 1 : 0;
            changed = true;
        }
        if (changed) prepared.replan_static({});
    }
    return kept;
}

}  // namespace

bool Prepared::is_static_table(std::size_t item) const {
    const auto& node = edit.item(item);
    if (node.removed || node.origin < 0 || node.proto.op_type() != "Gather" || node.proto.input_size() < 2) return false;
    const auto at = static_cast<std::size_t>(node.origin);
    return choices[at].method == Method::int8_static && problem[at].empty() && edit.is_constant(node.proto.input(0)) &&
           edit.type(node.proto.input(0)).element == ElementType::float32;
}

std::vector<DynamicNode> Prepared::dynamic_nodes() const {
    std::vector<DynamicNode> nodes;
    const auto wanted = wants(Method::int8_dynamic);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!wanted[i] && !is_static_table(i)) continue;
        const Choice& choice = choices[static_cast<std::size_t>(edit.item(i).origin)];
        nodes.push_back({static_cast<int>(i), choice.per_channel, choice.explicit_choice()});
    }
    return nodes;
}

std::vector<int> Prepared::fp16_nodes() const {
    std::vector<int> nodes;
    const auto wanted = wants(Method::fp16);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i]) nodes.push_back(static_cast<int>(i));
    return nodes;
}

std::vector<HalfNode> Prepared::half_nodes() const {
    std::vector<HalfNode> nodes;
    for (const int index : fp16_nodes())
        nodes.push_back({index, choices[static_cast<std::size_t>(edit.item(static_cast<std::size_t>(index)).origin)].explicit_choice()});
    return nodes;
}

void Prepared::check_fp16_activations(const Ranges& ranges) {
    const auto items = fp16_nodes();
    if (const std::size_t unseen = unseen_in_bodies(*this, ranges); unseen > 0)
        findings.push_back({Severity::info, "fp16-unchecked", kNone, {}, {},
                            fmt::format("The calibration samples never ran {} of bodies that become{} FP16: what {} was not checked.",
                                        unseen == 1 ? "1 node" : fmt::format("{} nodes", unseen), unseen == 1 ? "s" : "",
                                        unseen == 1 ? "it computes" : "they compute"),
                            "Give samples that take this branch."});
    const auto judged = judge_half_activations(edit, half_nodes(), ranges);
    findings.insert(findings.end(), judged.findings.begin(), judged.findings.end());
    note_reasons(*this, items, judged.reasons);
}

void Prepared::keep_unseen_float(const Ranges& ranges) {
    const std::size_t kept = keep_unseen(*this, ranges);
    if (kept == 0) return;
    findings.push_back({Severity::warning, "branch-not-run", kNone, {}, {},
                        fmt::format("{} in float: the calibration samples never ran {}, so {} ranges are not known.",
                                    kept == 1 ? "1 node of a body stays" : fmt::format("{} nodes of bodies stay", kept),
                                    kept == 1 ? "it" : "them", kept == 1 ? "its" : "their"),
                        "Give samples that take this branch, or choose INT8 dynamic or FP16 for its nodes."});
}

std::vector<bool> Prepared::wants(Method method) const {
    std::vector<bool> result(edit.size(), false);
    for (std::size_t i = 0; i < edit.size(); ++i) {
        const auto& item = edit.item(i);
        if (item.removed || item.origin < 0) continue;
        const auto at = static_cast<std::size_t>(item.origin);
        result[i] = choices[at].method == method && problem[at].empty();
    }
    return result;
}

std::vector<bool> Prepared::per_channel() const {
    std::vector<bool> result(edit.size(), true);
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (edit.item(i).origin >= 0) result[i] = choices[static_cast<std::size_t>(edit.item(i).origin)].per_channel;
    return result;
}

bool Prepared::stays_float(int item) const {
    const NodeId origin = edit.item(static_cast<std::size_t>(item)).origin;
    if (origin == kNone) return false;
    const auto at = static_cast<std::size_t>(origin);
    if (choices[at].method == Method::fp32 || !problem[at].empty()) return true;
    return choices[at].method == Method::int8_static && !is_static_table(static_cast<std::size_t>(item)) &&
           static_plan.items[static_cast<std::size_t>(item)].kernel == Kernel::none;
}

void Prepared::replan_static(const std::set<int>& keep_float) {
    auto wanted = wants(Method::int8_static);
    for (const int i : keep_float) wanted[static_cast<std::size_t>(i)] = false;
    static_plan = plan_static(edit, wanted);
}

namespace {

Kept widened_in_vain(const Prepared& prepared) {
    Kept kept;
    for (const int index : prepared.widened) {
        const auto at = static_cast<std::size_t>(index);
        if (prepared.edit.item(at).removed || !prepared.stays_float(index)) continue;
        const NodeId origin = prepared.edit.item(at).origin;
        const std::string& problem = prepared.problem[static_cast<std::size_t>(origin)];
        kept[origin] = !problem.empty() ? problem : prepared.static_plan.items[at].why;
    }
    return kept;
}

Prepared prepare_with(const ModelPtr& model, const Recipe& recipe, const Kept& kept, const Job& job) {
    job.check();
    Prepared prepared(model);
    job.check();
    prepared.choices = resolve(recipe, *model);
    prepared.skip_passes = recipe.skip_passes;
    prepared.problem.resize(prepared.choices.size());
    mark_untouchable(prepared, *model);
    raise_opset(prepared, Method::int8_static, kOpsetForPerAxis);
    raise_opset(prepared, Method::int8_dynamic, kDynamicOpset);
    job.check();
    widen_other_floats(prepared, kept);
    fold_weights(prepared);
    rewrite(prepared);
    job.check();
    plan_dynamic(prepared);
    plan_fp16(prepared);
    for (const auto& [node, why] : kept) prepared.problem[static_cast<std::size_t>(node)] = why;
    job.check();
    prepared.replan_static({});
    return prepared;
}

}  // namespace

Prepared prepare(const ModelPtr& model, const Recipe& recipe, const Job& job) {
    Kept kept;
    // What stays in float stays in its own type: once more without it, until nothing is widened in vain (rarely a third time).
    for (int round = 0;; ++round) {
        Prepared prepared = prepare_with(model, recipe, kept, job);
        Kept more = widened_in_vain(prepared);
        if (more.empty() || round == 2) return prepared;
        kept.merge(more);
    }
}

}  // namespace vernier
