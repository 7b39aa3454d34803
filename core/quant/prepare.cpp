// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/model/precision.h"
#include "core/quant/passes/passes.h"
#include "core/quant/passes/sequence.h"
#include "core/quant/widen.h"

namespace vernier {
namespace {

/// What no method touches: nodes of an already quantized region, what is as small already.
std::string untouchable(const Model& model, const Node& node, Method method) {
    const Precision precision = precision_of(model, node.id);
    if (is_quantized_op(node) || precision == Precision::int8_static || precision == Precision::int8_dynamic) return "it is already quantized";
    if (row(method).computes == Arithmetic::half && precision == Precision::fp16) return "it computes in half precision already";
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
    report_once(prepared.findings, "already-quantized", "nodes are already quantized and are left as they are.", "Start from the float model to choose anew.",
                quantized);
}

bool any(const std::vector<bool>& flags) { return std::find(flags.begin(), flags.end(), true) != flags.end(); }

void report_raised(Prepared& prepared, std::int64_t from, const std::string& who) {
    prepared.findings.push_back({Severity::info,
                                 "opset-raised",
                                 kNone,
                                 {},
                                 {},
                                 fmt::format("The model's opset is raised from {} to {}, which {} needs.", from, prepared.edit.opset(), who),
                                 {}});
}

/// Raises the opset as far as a chosen method needs it; where that is not possible, its nodes stay in float.
void raise_opset(Prepared& prepared, const MethodSpec& method) {
    const std::int64_t from = prepared.edit.opset(), needed = method.opset;
    if (from >= needed || !any(prepared.wants(method.method))) return;
    const std::string problem = upgrade_opset(prepared.edit, needed);
    const std::string title(method.title);
    if (problem.empty()) return report_raised(prepared, from, title);
    prepared.findings.push_back(
        {Severity::serious, "opset-too-old", kNone, {}, {}, title + " is not possible: " + problem + ".", "Export the model again with opset 13 or later."});
    for (std::size_t i = 0; i < prepared.choices.size(); ++i)
        if (prepared.choices[i].method == method.method && prepared.problem[i].empty()) prepared.problem[i] = problem;
}

/// The one that needs most first: what it raises serves the others.
void raise_opset(Prepared& prepared) {
    std::vector<const MethodSpec*> order = methods_in_order();
    std::stable_sort(order.begin(), order.end(), [](const MethodSpec* a, const MethodSpec* b) { return a->opset > b->opset; });
    for (const MethodSpec* method : order) raise_opset(prepared, *method);
}

/// Which nodes the rewritings may touch, by the methods that were chosen.
PassContext wishes_of(const Prepared& prepared) {
    PassContext context;
    context.absorbed.assign(prepared.choices.size(), false);
    context.wants_static.assign(prepared.choices.size(), false);
    context.wants_integer.assign(prepared.choices.size(), false);
    context.wants_fp16.assign(prepared.choices.size(), false);
    context.folds_batch_norm.assign(prepared.choices.size(), false);
    context.new_form.assign(prepared.choices.size(), false);
    for (const Choice& choice : prepared.choices)
        context.keeps_float.push_back(choice.explicit_choice() && !is_integer(choice.method) && !is_new_form(row(choice.method)));
    for (std::size_t i = 0; i < prepared.choices.size(); ++i) {
        if (!prepared.problem[i].empty()) continue;
        const Method method = prepared.choices[i].method;
        context.wants_static[i] = is_integer(method) && row(method).needs_calibration;
        context.wants_integer[i] = is_integer(method);
        context.wants_fp16[i] = row(method).computes == Arithmetic::half;
        context.new_form[i] = is_new_form(row(method));
        context.folds_batch_norm[i] = row(method).folds_batch_norm;
    }
    return context;
}

/// A LayerNormalization can be named from opset 17 on. Where the opset cannot be raised it stays taken apart.
void raise_opset_for_forms(Prepared& prepared) {
    constexpr std::int64_t kLayerNormalization = 17;
    const std::int64_t from = prepared.edit.opset();
    const PassContext wishes = wishes_of(prepared);
    if (from >= kLayerNormalization || !any(wishes.new_form) || !has_open_layer_norm(prepared.edit, wishes)) return;
    if (upgrade_opset(prepared.edit, kLayerNormalization).empty()) report_raised(prepared, from, "LayerNormalization");
}

/// Items of a method that can have it, with what their weights shall take.
std::vector<FoldFor> chosen_items(const Prepared& prepared) {
    std::vector<FoldFor> chosen;
    for (const MethodSpec& method : methods()) {
        if (method.method == Method::fp32 || is_new_form(method)) continue;
        const auto wanted = prepared.wants(method.method);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (wanted[i])
                chosen.push_back(
                    {static_cast<int>(i), method.weight_bits, prepared.choices[static_cast<std::size_t>(prepared.edit.item(i).origin)].explicit_choice()});
    }
    std::sort(chosen.begin(), chosen.end(), [](const FoldFor& a, const FoldFor& b) { return a.item < b.item; });
    return chosen;
}

bool takes(Method method, const onnx::NodeProto& node) { return row(method).takes == nullptr || row(method).takes(node); }

/// Nodes of another float type that a method cannot have after all, with the reason: they are not widened.
using Kept = std::map<NodeId, std::string>;

void widen_other_floats(Prepared& prepared, const Kept& kept) {
    std::vector<int> items;
    for (const FoldFor& chosen : chosen_items(prepared)) {
        const auto& item = prepared.edit.item(static_cast<std::size_t>(chosen.item));
        const Method method = prepared.choices[static_cast<std::size_t>(item.origin)].method;
        if (!kept.contains(item.origin) && takes(method, item.proto) && computes_in_other_float(prepared.edit, item.proto)) items.push_back(chosen.item);
    }
    prepared.widened = widen(prepared.edit, items);
    report_once(prepared.findings, "other-float",
                "chosen nodes compute in half, bfloat16 or double; they start from FP32 values, between "
                "Casts. The model's inputs and outputs keep their types.",
                "", prepared.widened.size());
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
    PassContext context = wishes_of(prepared);
    context.skip = prepared.skip_passes;
    context.findings = &prepared.findings;
    run_passes(PassPlace::before_plan, prepared.edit, context);
    prepared.folded_into = std::move(context.folded_into);
    prepared.rewritten = std::move(context.rewritten);
}

}  // namespace

bool is_new_form(const MethodSpec& method) {
    return method.method != Method::fp32 && method.computes == Arithmetic::floating && method.weight_bits == row(Method::fp32).weight_bits;
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

std::vector<int> Prepared::items_of(Method method) const {
    std::vector<int> items;
    const auto wanted = wants(method);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i]) items.push_back(static_cast<int>(i));
    return items;
}

std::vector<bool> Prepared::per_channel() const {
    std::vector<bool> result(edit.size(), true);
    for (std::size_t i = 0; i < edit.size(); ++i)
        if (edit.item(i).origin >= 0) result[i] = choices[static_cast<std::size_t>(edit.item(i).origin)].per_channel;
    return result;
}

const Choice& Prepared::choice_of(int item) const { return choices[static_cast<std::size_t>(edit.item(static_cast<std::size_t>(item)).origin)]; }

bool Prepared::stays_float(int item) const {
    const NodeId origin = edit.item(static_cast<std::size_t>(item)).origin;
    if (origin == kNone) return false;
    const auto at = static_cast<std::size_t>(origin);
    if (choices[at].method == Method::fp32 || !problem[at].empty()) return true;
    return outcome_of(*this, static_cast<std::size_t>(item)).stays_float;
}

void Prepared::note_reasons(const std::vector<int>& items, const std::vector<std::string>& reasons) {
    for (std::size_t i = 0; i < items.size(); ++i) problem[static_cast<std::size_t>(edit.item(static_cast<std::size_t>(items[i])).origin)] = reasons[i];
}

void Prepared::replan(const std::set<int>& keep_float) {
    for (const MethodSpec* method : methods_in_order())
        if (method->settle != nullptr) method->settle(*this, keep_float);
}

ItemOutcome outcome_of(const Prepared& prepared, std::size_t item) {
    const MethodSpec& method = row(prepared.choice_of(static_cast<int>(item)).method);
    return method.outcome == nullptr ? ItemOutcome{} : method.outcome(prepared, item);
}

namespace {

Kept widened_in_vain(const Prepared& prepared) {
    Kept kept;
    for (const int index : prepared.widened) {
        const auto at = static_cast<std::size_t>(index);
        if (prepared.edit.item(at).removed || !prepared.stays_float(index)) continue;
        const NodeId origin = prepared.edit.item(at).origin;
        const std::string& problem = prepared.problem[static_cast<std::size_t>(origin)];
        kept[origin] = !problem.empty() ? problem : outcome_of(prepared, at).why;
    }
    return kept;
}

/// What a model is prepared for.
struct Wish {
    const ModelPtr& model;
    const Recipe& recipe;
    const Variant& variant;
};

Prepared prepare_with(Prepared prepared, const Wish& wish, const Kept& kept, const Job& job) {
    const ModelPtr& model = wish.model;
    const Recipe& recipe = wish.recipe;
    job.check();
    prepared.choices = wish.variant.choices.empty() ? resolve(recipe, *model) : wish.variant.choices;
    prepared.whole = wish.variant.whole;
    prepared.parts = wish.variant.parts;
    prepared.skip_passes = recipe.skip_passes;
    prepared.weights = recipe.weights;
    if (recipe.dialect != Dialect::automatic) prepared.dialect = recipe.dialect;
    prepared.weight_range = recipe.weight_range;
    prepared.problem.resize(prepared.choices.size());
    mark_untouchable(prepared, *model);
    raise_opset(prepared);
    raise_opset_for_forms(prepared);
    job.check();
    widen_other_floats(prepared, kept);
    fold_weights(prepared);
    rewrite(prepared);
    job.check();
    for (const MethodSpec* method : methods_in_order())
        if (method->plan != nullptr) method->plan(prepared);
    for (const auto& [node, why] : kept) prepared.problem[static_cast<std::size_t>(node)] = why;
    job.check();
    prepared.replan({});
    return prepared;
}

/// start: the graph of the opened model.
template <class Start>
Prepared prepare_from(const Start& start, const Wish& wish, const Job& job) {
    Kept kept;
    // What stays in float stays in its own type: once more without it, until nothing is widened in vain (rarely a third time).
    for (int round = 0;; ++round) {
        job.check();
        Prepared prepared = prepare_with(Prepared(start()), wish, kept, job);
        Kept more = widened_in_vain(prepared);
        if (more.empty() || round == 2) return prepared;
        kept.merge(more);
    }
}

}  // namespace

Prepared prepare(const ModelPtr& model, const Recipe& recipe, const Job& job) {
    const Variant as_it_says;
    return prepare_from([&] { return GraphEdit(model); }, {model, recipe, as_it_says}, job);
}

Prepared prepare(const Canonical& canonical, const Recipe& recipe, const Job& job) { return prepare(canonical, recipe, Variant(), job); }

Prepared prepare(const Canonical& canonical, const Recipe& recipe, const Variant& variant, const Job& job) {
    return prepare_from([&] { return canonical.edit; }, {canonical.model, recipe, variant}, job);
}

}  // namespace vernier
