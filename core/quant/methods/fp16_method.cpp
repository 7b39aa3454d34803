// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/base/number_text.h"
#include "core/quant/methods/fp16.h"
#include "core/quant/methods/fp16_activations.h"
#include "core/quant/prepare.h"
#include "core/quant/workload.h"

namespace vernier {
namespace {

std::vector<int> fp16_nodes(const Prepared& prepared) { return prepared.items_of(Method::fp16); }

std::vector<HalfNode> half_nodes(const Prepared& prepared) {
    std::vector<HalfNode> nodes;
    for (const int index : fp16_nodes(prepared)) nodes.push_back({index, prepared.choice_of(index).explicit_choice()});
    return nodes;
}

void plan(Prepared& prepared) {
    const auto items = fp16_nodes(prepared);
    if (items.empty()) return;
    const auto reasons = why_not_fp16(prepared.edit, items);
    const auto findings = fp16_findings(prepared.edit, items, reasons);
    prepared.findings.insert(prepared.findings.end(), findings.begin(), findings.end());
    prepared.note_reasons(items, reasons);
}

/// FP16 can be had without samples; with them, it is known whether it holds the activations.
bool watch(const Prepared& prepared, std::map<std::string, std::optional<int>>& tensors) {
    const auto nodes = half_nodes(prepared);
    if (nodes.empty()) return false;
    for (const std::string& tensor : half_tensors(prepared.edit, nodes)) tensors[tensor];
    return true;
}

void without_samples(Prepared& prepared, bool has_dataset) {
    prepared.findings.push_back({Severity::info,
                                 "fp16-unchecked",
                                 kNone,
                                 {},
                                 {},
                                 fmt::format("Only weights were checked for FP16's range, not what the nodes compute on your data: {}.",
                                             has_dataset ? "the dataset has no calibration samples" : "there were no samples"),
                                 "Give samples (--data): nodes whose values exceed 65504 on them then stay in FP32."});
}

/// Nodes of bodies that become FP16 and whose results the samples never showed.
std::size_t unseen_in_bodies(const Prepared& prepared, const Ranges& ranges) {
    if (!prepared.edit.has_bodies()) return 0;
    const auto nodes = half_nodes(prepared);
    const auto halves = half_tensors(prepared.edit, nodes);
    const std::set<std::string> watched(halves.begin(), halves.end());
    return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [&](const HalfNode& node) {
        if (prepared.edit.graph_of(node.index) == 0) return false;
        const auto& outputs = prepared.edit.item(static_cast<std::size_t>(node.index)).proto.output();
        return std::any_of(outputs.begin(), outputs.end(), [&](const auto& name) { return watched.contains(name) && !was_seen(ranges, name); });
    }));
}

/// Takes back what does not fit into FP16 on the calibration samples, with findings; explicit choices are only reported.
void judge(Prepared& prepared, const Ranges& ranges) {
    const auto items = fp16_nodes(prepared);
    if (items.empty()) return;
    if (const std::size_t unseen = unseen_in_bodies(prepared, ranges); unseen > 0)
        prepared.findings.push_back({Severity::info,
                                     "fp16-unchecked",
                                     kNone,
                                     {},
                                     {},
                                     fmt::format("The calibration samples never ran {} of bodies that become{} FP16: what {} was not checked.",
                                                 unseen == 1 ? "1 node" : fmt::format("{} nodes", grouped(unseen)), unseen == 1 ? "s" : "",
                                                 unseen == 1 ? "it computes" : "they compute"),
                                     "Give samples that take this branch."});
    const auto judged = judge_half_activations(prepared.edit, half_nodes(prepared), ranges);
    prepared.findings.insert(prepared.findings.end(), judged.findings.begin(), judged.findings.end());
    prepared.note_reasons(items, judged.reasons);
}

void write(GraphEdit& edit, const Writing& writing) { emit_fp16(edit, fp16_nodes(writing.prepared)); }

bool first_choice(const Workload& work) { return !tiny(work) && !conv_decides(work) && worth_halving(work); }

std::string reason(const Workload&) { return "There is little to compute in integers here, but half the storage can be saved."; }

MethodFit fit(const Workload& work) {
    return {worth_halving(work) && work.quantized_nodes == 0, work.half
                                                                  ? "Most weights are in half precision already."
                                                                  : "Half the file and the same answers; on a CPU it does not run faster, on a GPU it does."};
}

}  // namespace

extern const MethodSpec kFp16Method;
constinit const MethodSpec kFp16Method{
    .id = "fp16",
    .title = "FP16",
    .badge = "F16",
    .colour = "#56B4E9",
    .key = '2',
    .weight_bits = 16,
    .computes = Arithmetic::half,
    .plan = plan,
    .watch = watch,
    .without_samples = without_samples,
    .judge = judge,
    .write = write,
    .first_choice = first_choice,
    .reason = reason,
    .fit = fit,
};

}  // namespace vernier
