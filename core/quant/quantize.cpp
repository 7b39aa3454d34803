// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include <onnx/onnx_pb.h>

#include "core/base/error.h"
#include "core/base/timed.h"
#include "core/model/written.h"
#include "core/quant/apply.h"
#include "core/quant/calibration/table.h"
#include "core/quant/dialect_choice.h"
#include "core/quant/methods/roundings.h"
#include "core/quant/nothing_changed.h"
#include "core/quant/observe.h"
#include "core/quant/prefix.h"
#include "core/quant/prepare.h"
#include "core/quant/rounding/choose_rounding.h"
#include "core/quant/rounding/learn.h"
#include "core/quant/rule_effects.h"

namespace vernier {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void report_prefix(Prepared& prepared, const PrefixResult& timed) {
    for (const int i : timed.keep_float)
        prepared.problem[static_cast<std::size_t>(prepared.edit.item(static_cast<std::size_t>(i)).origin)] = "measured: INT8 here gives no measurable speedup";
    if (timed.keep_float.empty()) return;
    const std::size_t count = timed.keep_float.size();
    std::vector<TimedPart> parts = {{"this way", timed.best_ms}};
    if (time_text(timed.best_ms) != time_text(timed.all_int8_ms)) parts.push_back({"with all in INT8", timed.all_int8_ms});
    parts.push_back({"as opened", timed.fp32_ms});
    prepared.findings.push_back({Severity::info,
                                 "float-prefix",
                                 kNone,
                                 {},
                                 {},
                                 fmt::format("The first {} in float, where INT8 saves no time.{}",
                                             count == 1 ? std::string("convolution that was to become INT8 stays")
                                                        : fmt::format("{} convolutions that were to become INT8 stay", count),
                                             timing_sentence(parts)),
                                 "Choose INT8 for them by a rule to have them quantized even so."});
}

/// A range that is given for what no node reads or makes in INT8 says nothing: a name that was mistyped must not pass in silence.
void report_unused_ranges(Prepared& prepared, const Calibration& calibration) {
    const auto& tensors = prepared.static_plan.tensors;
    for (const auto& [name, range] : calibration.given) {
        const bool used =
            tensors.contains(name) || std::any_of(tensors.begin(), tensors.end(), [&name = name](const auto& each) { return each.second.observe == name; });
        if (!used)
            prepared.findings.push_back({Severity::warning,
                                         "range-unused",
                                         kNone,
                                         {},
                                         name,
                                         fmt::format("The recipe gives a range for '{}', which is no tensor that becomes INT8.", name),
                                         "Take it out of \"ranges\" of the recipe, or mend its name."});
    }
}

Samples samples_of(const QuantizeSource& source) {
    return {source.runtime, source.options.target, source.dataset, source.recipe.calibration.samples, source.options.threads, source.statistics};
}

}  // namespace

void check_it_loads(const RuntimePtr& runtime, const Target& target, const std::shared_ptr<const onnx::ModelProto>& quantized, const Model& model) {
    try {
        (void)Session::open(runtime, quantized, target);
    } catch (const Error& error) {
        (void)Session::open(runtime, std::make_shared<const onnx::ModelProto>(inlined_proto(model)), target);
        throw Error(ErrorKind::internal, fmt::format("ONNX Runtime refuses the quantized model: {}", error.what()), error.where(),
                    "Leave the named node in FP32 and report this as a defect of Vernier");
    }
}

Quantization::Quantization(QuantizeSource source, const Job& job)
    : source_(std::move(source)), job_(job), prepared_([&] {
          job.step("plan", 0, 1);
          return prepared_with(source_.recipe);
      }()),
      calibration_(settled(source_.recipe.calibration)) {
    const auto start = Clock::now();
    report_unused_ranges(prepared_, calibration_);
    ranges_ = observe(prepared_, samples_of(source_), calibration_, job);
    time_dialects(job);
    choose_calibration(job);
    calibrate_seconds_ = seconds_since(start);
    const auto timing = Clock::now();
    if (source_.options.time_prefix && !prepared_.static_plan.heavy.empty()) time_prefix(job);
    round_by_samples(job);
    prepare_seconds_ = seconds_since(timing);
}

onnx::ModelProto Quantization::emit(const Prepared& prepared, std::vector<Finding>& findings) const {
    observe_further(prepared, samples_of(source_), ranges_, job_);
    return apply({prepared, ranges_, calibration_, findings});
}

void Quantization::choose_calibration(const Job& job) {
    const RangeMethod* method = find_range_method(source_.recipe.calibration.method);
    if (method == nullptr || !method->tries_others || prepared_.static_plan.heavy.empty() || source_.dataset == nullptr) return;
    if (!source_.range_choice) {
        observe_further(prepared_, samples_of(source_), ranges_, job_);
        const EmitRanges write = [&](const Calibration& calibration) {
            std::vector<Finding> unused;
            return std::make_shared<const onnx::ModelProto>(apply({prepared_, ranges_, calibration, unused}));
        };
        const RangeRun run = {source_.runtime,         source_.options.target,
                              *source_.dataset,        source_.recipe.calibration,
                              source_.options.threads, std::make_shared<const onnx::ModelProto>(inlined_proto(*source_.model))};
        source_.range_choice = choose_ranges(run, write, job);
    }
    calibration_ = source_.range_choice->calibration;
    prepared_.findings.push_back(finding_of(*source_.range_choice));
}

void Quantization::time_prefix(const Job& job) {
    const EmitFn write = [&](const std::set<int>& keep_float) {
        Prepared candidate = prepared_;
        candidate.replan(keep_float);
        std::vector<Finding> unused;
        return emit(candidate, unused);
    };
    report_prefix(prepared_, choose_float_prefix(prepared_, write, timer(), job));
    prepared_.replan({});
}

Timer Quantization::timer() const {
    if (source_.options.timer) return source_.options.timer;
    const Dataset& data = *source_.dataset;
    const auto inputs = load_run(data, Split::calibration, pick_samples(data, Split::calibration, data.batch()));
    return [this, inputs](std::vector<onnx::ModelProto> models) {
        return time_here({source_.runtime, source_.options.target.on_threads(1)}, *source_.model, std::move(models), inputs);
    };
}

Prepared Quantization::prepared_with(const Recipe& recipe) const {
    return source_.canonical ? prepare(*source_.canonical, recipe) : prepare(source_.model, recipe);
}

/// Ranges do not matter to time: those of the start serve.
void Quantization::time_dialects(const Job& job) {
    if (source_.recipe.dialect != Dialect::automatic || prepared_.static_plan.heavy.empty() || source_.dataset == nullptr) return;
    Recipe recipe = source_.recipe;
    const auto in_dialect = [&](Dialect dialect) {
        recipe.dialect = dialect;
        return prepared_with(recipe);
    };
    const auto write = [&](Dialect dialect) {
        std::vector<Finding> unused;
        return emit(in_dialect(dialect), unused);
    };
    dialect_choice_ = std::make_shared<const DialectChoice>(choose_dialect(write, timer(), job));
    source_.recipe.dialect = dialect_choice_->taken;
    prepared_ = in_dialect(dialect_choice_->taken);
    report_unused_ranges(prepared_, calibration_);
    observe_further(prepared_, samples_of(source_), ranges_, job);
    prepared_.findings.push_back(finding_of(*dialect_choice_, source_.options.target.provider));
}

/// Behind the timing, which asks only which nodes there are.
void Quantization::round_by_samples(const Job& job) {
    const RoundingRow* rounding = find_rounding(source_.recipe.weights.rounding);
    const bool by_samples = rounding != nullptr && rounding->by_samples;
    const bool biases = source_.dataset != nullptr && !items_with_biases(prepared_).empty();
    if ((!by_samples && !biases) || plan().changes_nothing()) return;
    const Samples samples = samples_of(source_);
    const RoundingRun run = {samples, std::make_shared<const onnx::ModelProto>(inlined_proto(*source_.model)),
                             [this](const Prepared& prepared) {
                                 std::vector<Finding> unused;
                                 return emit(prepared, unused);
                             },
                             by_samples};
    choose_rounding(prepared_, run, job);
}

Recipe with_chosen_ranges(QuantizeSource source, const Job& job) {
    Recipe recipe = source.recipe;
    recipe.calibration = settled(recipe.calibration);
    if ((recipe == source.recipe && recipe.dialect != Dialect::automatic) || source.dataset == nullptr) return recipe;
    source.options.time_prefix = false;
    const Quantization quantization(std::move(source), job);
    if (const auto& choice = quantization.range_choice()) recipe.calibration = choice->calibration;
    recipe.dialect = quantization.dialect();
    return recipe;
}

Plan Quantization::plan() const { return plan_of(prepared_, *source_.model); }

onnx::ModelProto Quantization::emit(const std::set<NodeId>& also_float) const {
    std::vector<Finding> unused;
    if (also_float.empty()) return emit(prepared_, unused);
    Prepared candidate = prepared_;
    for (const NodeId node : also_float) candidate.problem[static_cast<std::size_t>(node)] = "tried in float";
    candidate.replan({});
    if (plan_of(candidate, *source_.model).changes_nothing()) return written_proto(*source_.model);
    return emit(candidate, unused);
}

void Quantization::keep_float(const std::set<NodeId>& nodes, const std::string& why) {
    for (const NodeId node : nodes) prepared_.problem[static_cast<std::size_t>(node)] = why;
    prepared_.replan({});
}

std::map<NodeId, double> Quantization::noise() const {
    std::map<NodeId, double> noise;
    std::vector<Finding> unused;
    for (const MethodSpec* method : methods_in_order()) {
        if (method->noise == nullptr) continue;
        const auto parts = method->noise({prepared_, ranges_, calibration_, unused});
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (const NodeId origin = prepared_.edit.item(i).origin; parts[i] > 0 && origin != kNone) noise[origin] += parts[i];
    }
    return noise;
}

Quantized Quantization::result() const {
    const auto start = Clock::now();
    Quantized result;
    result.plan = plan();
    result.ranges = ranges_;
    result.range_choice = source_.range_choice;
    result.dialect_choice = dialect_choice_;
    if (result.plan.changes_nothing()) {
        const auto& said = result.plan.findings;
        if (said.empty() || said.back().code != "nothing-changed") result.plan.findings.push_back(*nothing_changed(result.plan, *source_.model));
        result.proto = std::make_shared<onnx::ModelProto>(written_proto(*source_.model));  // nothing changes: every byte is kept
    } else {
        std::vector<Finding> findings = prepared_.findings;
        result.proto = std::make_shared<onnx::ModelProto>(emit(prepared_, findings));
        for (Finding& finding : rule_effects(result.plan, *source_.model)) findings.push_back(std::move(finding));
        result.plan.findings = std::move(findings);
    }
    result.findings = result.plan.findings;
    result.calibrate_seconds = calibrate_seconds_;
    result.quantize_seconds = prepare_seconds_ + seconds_since(start);
    return result;
}

Quantized quantize(const QuantizeSource& source, const Job& job) {
    Quantized result = Quantization(source, job).result();
    job.step("check", 0, 1);
    if (!result.plan.changes_nothing()) check_it_loads(source.runtime, source.options.target, result.proto, *source.model);
    return result;
}

}  // namespace vernier
