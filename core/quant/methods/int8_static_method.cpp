// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/quant/calibration/odd_source.h"
#include "core/quant/methods/static_emit.h"
#include "core/quant/methods/static_keep_losses.h"
#include "core/quant/methods/static_loss.h"
#include "core/quant/methods/static_tables.h"
#include "core/quant/prepare.h"
#include "core/quant/workload.h"

namespace vernier {

bool is_static_table(const Prepared& prepared, std::size_t item) {
    const GraphEdit& edit = prepared.edit;
    const auto& node = edit.item(item);
    if (node.removed || node.origin < 0 || node.proto.op_type() != "Gather" || node.proto.input_size() < 2) return false;
    const auto at = static_cast<std::size_t>(node.origin);
    return prepared.choices[at].method == Method::int8_static && prepared.problem[at].empty() && edit.is_constant(node.proto.input(0)) &&
           edit.type(node.proto.input(0)).element == ElementType::float32;
}

namespace {

constexpr std::int64_t kOpsetForPerAxis = 13;  ///< DequantizeLinear with an axis; MaxPool on U8 needs 12

/// Plans the islands of integer kernels.
void settle(Prepared& prepared, const std::set<int>& keep_float) {
    auto wanted = prepared.wants(Method::int8_static);
    for (const int i : keep_float) wanted[static_cast<std::size_t>(i)] = false;
    prepared.static_plan = plan_static(prepared.edit, wanted, prepared.whole);
    prepared.static_plan.parts = prepared.parts;
    prepared.static_plan.dialect = prepared.dialect;
    prepared.static_plan.weight_range = prepared.weight_range;
}

ItemOutcome outcome(const Prepared& prepared, std::size_t item) {
    if (is_static_table(prepared, item)) return {};
    const StaticItem& planned = prepared.static_plan.items[item];
    if (planned.kernel == Kernel::none) return {true, false, planned.why};
    return {false, planned.absorbed, {}};
}

bool watch(const Prepared& prepared, std::map<std::string, std::optional<int>>& tensors) {
    const auto observed = prepared.static_plan.observed();
    for (const std::string& tensor : observed) tensors[tensor];
    for (const auto& [tensor, axis] : prepared.static_plan.channel_axes(prepared.edit)) tensors[tensor] = axis;
    return !observed.empty();
}

/// Every range that was asked for is needed.
void require_ranges(const Prepared& prepared, const Ranges& ranges) {
    for (const std::string& tensor : prepared.static_plan.observed()) {
        const Observed& observed = ranges.at(tensor);
        if (observed.count > 0 || observed.nan + observed.inf == 0) continue;
        const OddSource source = odd_source(prepared.edit, tensor);
        if (source.constant.empty())
            throw Error(ErrorKind::bad_data, "calibration saw only NaN or infinity", {.tensor = tensor}, "Check the preprocessing of the calibration samples");
        throw Error(ErrorKind::bad_model, fmt::format("calibration saw only NaN or infinity, because the constant '{}' holds such values", source.constant),
                    {.node = source.node, .tensor = tensor}, fmt::format("Mend '{}', or leave the nodes behind it in FP32", source.constant));
    }
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
        if (changed) prepared.replan({});
    }
    return kept;
}

/// Takes nodes back where they need a range that the samples did not show, with a finding: in a branch that none took.
void judge(Prepared& prepared, const Ranges& ranges) {
    require_ranges(prepared, ranges);
    const std::size_t kept = keep_unseen(prepared, ranges);
    if (kept == 0) return;
    prepared.findings.push_back({Severity::warning,
                                 "branch-not-run",
                                 kNone,
                                 {},
                                 {},
                                 fmt::format("{} in float: the calibration samples never ran {}, so {} ranges are not known.",
                                             kept == 1 ? "1 node of a body stays" : fmt::format("{} nodes of bodies stay", grouped(kept)),
                                             kept == 1 ? "it" : "them", kept == 1 ? "its" : "their"),
                                 "Give samples that take this branch, or choose INT8 dynamic or FP16 for its nodes."});
}

std::vector<int> integer_items(const Prepared& prepared) { return prepared.static_plan.heavy; }

void write(GraphEdit& edit, const Writing& writing) {
    emit_static(edit, {writing.prepared.static_plan, writing.ranges, writing.calibration, writing.prepared.per_channel(), writing.prepared.rounding.get()},
                writing.findings);
}

std::vector<double> noise(const Writing& writing) {
    return static_noise(writing.prepared.edit, writing.prepared.static_plan, writing.ranges, writing.calibration, writing.prepared.per_channel());
}

bool first_choice(const Workload& work) { return conv_decides(work); }  // a tiny one is timed when it is quantized

std::string reason(const Workload& work) {
    const bool few_products = static_cast<double>(work.matmul_macs) < 0.01 * static_cast<double>(work.macs);
    const std::string convs = share_text(work.conv_macs, work.macs) + " of the multiply-accumulates are in " + nodes_text(work.convs, "Conv");
    const std::string products = share_text(work.matmul_macs, work.macs) + " more in " + nodes_text(work.matmuls, "MatMul or Gemm");
    return fmt::format("{}{}. Conv runs in integers only with ranges calibrated on samples.", convs, few_products ? "" : " and " + products);
}

MethodFit fit(const Workload& work) {
    if (conv_decides(work)) return {false, "About a quarter of the weights' size and the fastest; needs calibration samples."};
    if (work.lstms > 0) return {false, "An LSTM has no static integer form and would stay in float."};
    if (!has_products(work)) return {false, "No Conv, MatMul or Gemm with constant weights."};
    return {false, "Possible, but ranges of attention and normalisation must be checked; needs calibration samples."};
}

}  // namespace

extern const MethodSpec kInt8StaticMethod;
constinit const MethodSpec kInt8StaticMethod{
    .id = "int8-static",
    .title = "INT8 static",
    .badge = "S8",
    .colour = "#009E73",
    .key = '4',
    .weight_bits = 8,
    .scale_percent = 4,
    .computes = Arithmetic::integer,
    .needs_calibration = true,
    .fuses = true,
    .folds_batch_norm = true,
    .opset = kOpsetForPerAxis,
    .settle = settle,
    .outcome = outcome,
    .watch = watch,
    .judge = judge,
    .judge_losses = keep_static_losses,
    .integer_items = integer_items,
    .write = write,
    .noise = noise,
    .first_choice = first_choice,
    .reason = reason,
    .fit = fit,
};

}  // namespace vernier
