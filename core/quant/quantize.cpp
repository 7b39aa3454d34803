// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/model/written.h"
#include "core/quant/calibration/calibrate.h"
#include "core/quant/methods/body_borders.h"
#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/dynamic.h"
#include "core/quant/methods/float_guard.h"
#include "core/quant/methods/fp16.h"
#include "core/quant/methods/static_emit.h"
#include "core/quant/nothing_changed.h"
#include "core/quant/passes/sequence.h"
#include "core/quant/prefix.h"
#include "core/quant/prepare.h"

namespace vernier {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Carries the plan out on a copy of the prepared graph.
onnx::ModelProto emit(const Prepared& prepared, const StaticPlan& static_plan, const Ranges& ranges, const Calibration& calibration,
                      std::vector<Finding>& findings) {
    GraphEdit edit = prepared.edit;
    merge_conv_groups(edit, static_plan);
    pad_depthwise_channels(edit, static_plan);
    emit_static(edit, static_plan, ranges, calibration, prepared.per_channel(), findings);
    emit_dynamic(edit, prepared.dynamic_nodes());
    if (!static_plan.heavy.empty() || !prepared.dynamic_nodes().empty()) sum_before_layer_norm(edit);
    emit_fp16(edit, prepared.fp16_nodes());
    unfold(edit, prepared.folds, [&](int item) { return prepared.stays_float(item); });
    repeat_dequantize_in_bodies(edit);
    guard_float_nodes(edit);
    return std::move(edit).build();
}

void report_prefix(Prepared& prepared, const PrefixResult& timed) {
    for (const int i : timed.keep_float)
        prepared.problem[static_cast<std::size_t>(prepared.edit.item(static_cast<std::size_t>(i)).origin)] =
            "measured: at this place INT8 is no faster than float";
    if (const std::size_t count = timed.keep_float.size(); count > 0)
        prepared.findings.push_back({Severity::info, "float-prefix", kNone, {}, {},
                                     fmt::format("The first {} in float, where INT8 saves no time: the model takes {:.3g} ms so, and {:.3g} ms with "
                                                 "all in INT8 (FP32: {:.3g} ms; measured here on one thread).",
                                                 count == 1 ? std::string("convolution that was to become INT8 stays")
                                                            : fmt::format("{} convolutions that were to become INT8 stay", count),
                                                 timed.best_ms, timed.all_int8_ms, timed.fp32_ms),
                                     "Choose INT8 for them by a rule to have them quantized even so."});
    if (timed.best_ms > 0.97 * timed.fp32_ms)
        prepared.findings.push_back({Severity::warning, "nothing-to-gain", kNone, {}, {},
                                     fmt::format("INT8 static gains no time on this model: {:.3g} ms against {:.3g} ms in FP32 (measured here on "
                                                 "one thread). Only the file gets smaller.", timed.best_ms, timed.fp32_ms),
                                     "Keep FP32, or use FP16 for storage, unless the size is what you want."});
}

void time_prefix(const RuntimePtr& runtime, Prepared& prepared, const Ranges& ranges, const Calibration& calibration,
                 const Dataset& dataset, const Job& job) {
    const EmitFn write = [&](const std::set<int>& keep_float) {
        Prepared candidate = prepared;
        candidate.replan_static(keep_float);
        std::vector<Finding> unused;
        return emit(candidate, candidate.static_plan, ranges, calibration, unused);
    };
    const auto inputs = load_run(dataset, Split::calibration, pick_samples(dataset, Split::calibration, dataset.batch()));
    report_prefix(prepared, choose_float_prefix(runtime, prepared, write, inputs, job));
    prepared.replan_static({});
}

/// Static INT8 needs every range that it asked for.
void require_ranges(const Ranges& ranges, const std::vector<std::string>& tensors) {
    for (const std::string& tensor : tensors)
        if (const Observed& observed = ranges.at(tensor); observed.count == 0 && observed.nan + observed.inf > 0)
            throw Error(ErrorKind::bad_data, "calibration saw only NaN or infinity", {.tensor = tensor},
                        "Check the preprocessing of the calibration samples");
}

void report_unchecked(Prepared& prepared, const DatasetPtr& dataset) {
    prepared.findings.push_back({Severity::info, "fp16-unchecked", kNone, {}, {},
                                 fmt::format("Only weights were checked for FP16's range, not what the nodes compute: {}.",
                                             dataset ? "the dataset has no calibration samples" : "there were no samples"),
                                 "Give samples (--data): nodes whose values exceed 65504 on them then stay in FP32."});
}

/// One run over the samples for all that needs them: ranges for static INT8, and whether FP16 can hold the activations.
Ranges calibrate_if_needed(const RuntimePtr& runtime, Prepared& prepared, const Recipe& recipe, const DatasetPtr& dataset,
                           const QuantizeOptions& options, const Job& job) {
    const auto observed = prepared.static_plan.observed();
    if (!observed.empty() && !dataset)
        throw Error(ErrorKind::usage, "INT8 static needs calibration data", {},
                    "Give a dataset (--data): an image folder, .npz, test_data_set folder or .dataset.json; 100 samples are usual");
    const auto half_nodes = prepared.half_nodes();
    if (observed.empty() && half_nodes.empty()) return {};
    if (observed.empty() && (!dataset || dataset->size(Split::calibration) == 0)) {
        report_unchecked(prepared, dataset);
        return {};
    }
    Watched watched;
    for (const auto& tensor : observed) watched[tensor];
    for (const auto& tensor : half_tensors(prepared.edit, half_nodes)) watched[tensor];
    for (const auto& [tensor, axis] : prepared.static_plan.channel_axes(prepared.edit)) watched[tensor] = axis;
    Ranges ranges = calibrate(runtime, std::make_shared<const onnx::ModelProto>(prepared.edit.build()), watched, *dataset, recipe.calibration, options.threads, job);
    require_ranges(ranges, observed);
    prepared.keep_unseen_float(ranges);
    if (!half_nodes.empty()) prepared.check_fp16_activations(ranges);
    return ranges;
}

/// A model that the runtime refuses must never be written. Where it refuses the opened model too, that is what is wrong.
void check_it_loads(const RuntimePtr& runtime, const std::shared_ptr<const onnx::ModelProto>& quantized, const Model& model) {
    try {
        (void)Session::open(runtime, quantized, RunOptions{});
    } catch (const Error& error) {
        (void)Session::open(runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(model)), RunOptions{});
        throw Error(ErrorKind::internal, fmt::format("ONNX Runtime refuses the quantized model: {}", error.what()), error.where(),
                    "Leave the named node in FP32 and report this as a defect of Vernier");
    }
}

}  // namespace

Quantized quantize(const RuntimePtr& runtime, const ModelPtr& model, const Recipe& recipe, const DatasetPtr& dataset,
                   const QuantizeOptions& options, const Job& job) {
    auto start = Clock::now();
    job.step("plan", 0, 1);
    Prepared prepared = prepare(model, recipe);
    Quantized result;
    const auto before_calibration = Clock::now();
    result.ranges = calibrate_if_needed(runtime, prepared, recipe, dataset, options, job);
    result.calibrate_seconds = seconds_since(before_calibration);
    if (options.time_prefix && !prepared.static_plan.heavy.empty())
        time_prefix(runtime, prepared, result.ranges, recipe.calibration, *dataset, job);
    job.step("quantize", 0, 1);
    result.plan = plan_of(prepared, *model);
    if (result.plan.changes_nothing()) {
        const auto& said = result.plan.findings;
        if (said.empty() || said.back().code != "nothing-changed") result.plan.findings.push_back(*nothing_changed(result.plan, *model));
        result.proto = std::make_shared<onnx::ModelProto>(written_proto(*model));  // nothing changes: every byte is kept
    } else {
        result.proto = std::make_shared<onnx::ModelProto>(
            emit(prepared, prepared.static_plan, result.ranges, recipe.calibration, prepared.findings));
        result.plan.findings = prepared.findings;
        job.step("check", 0, 1);
        { const Prepared done = std::move(prepared); }  // its weights are not needed while the runtime holds its own copies
        check_it_loads(runtime, result.proto, *model);
    }
    result.findings = result.plan.findings;
    result.quantize_seconds = seconds_since(start) - result.calibrate_seconds;
    return result;
}

}  // namespace vernier
