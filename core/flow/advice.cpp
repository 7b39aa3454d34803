// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/model/damage.h"
#include "core/model/precision.h"
#include "core/model/weights.h"
#include "core/quant/plan.h"

namespace vernier {
namespace {

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 ||
           type == ElementType::bfloat16;
}

bool is_recurrent(const Node& node) { return node.op_type == "LSTM" || node.op_type == "GRU" || node.op_type == "RNN"; }

bool is_depthwise(const Model& model, const Node& node) {
    const std::int64_t groups = int_attribute(node, "group").value_or(1);
    if (node.op_type != "Conv" || groups <= 1 || node.inputs.size() < 2 || node.inputs[1] == kNone) return false;
    const Initializer* weight = model.constant(node.inputs[1]);
    return weight != nullptr && weight->dims.size() > 2 && weight->dims[1] == 1;
}

/// A constant of two axes and more, or a sub-graph of constants, which is folded.
bool has_constant_weight(const Model& model, const Node& node) {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
        const Initializer* tensor = id == kNone ? nullptr : model.constant(id);
        return tensor != nullptr ? tensor->dims.size() >= 2 : is_constant(model, id);
    });
}

void count_weights(const Model& model, Workload& work) {
    std::uint64_t half_bytes = 0;
    for (const Initializer& tensor : model.initializers()) {
        if (!is_float(tensor.type)) continue;
        work.weight_bytes += tensor.size_bytes();
        if (bits(tensor.type) == 16) half_bytes += tensor.size_bytes();
    }
    work.half = half_bytes * 2 > work.weight_bytes;
}

void count_table(const Model& model, const Node& node, Workload& work) {
    if (node.inputs.empty() || node.inputs[0] == kNone) return;
    const Initializer* table = model.constant(node.inputs[0]);
    if (table != nullptr && is_float(table->type)) work.table_bytes += table->size_bytes();
}

std::string share(std::uint64_t part, std::uint64_t whole) {
    const double percent = whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    return percent > 99.5 && part < whole ? "Over 99 %" : fmt::format("{:.0f} %", percent);
}

std::string nodes_text(std::size_t count, std::string_view op) { return fmt::format("{} {} node{}", count, op, count == 1 ? "" : "s"); }

/// Share of the work from which convolution decides: integer kernels for Conv exist only with calibrated ranges, and
/// dynamic INT8 of the rest leaves all of that part in float.
constexpr double kConvShare = 0.25;

/// Bytes of float weights from which half the storage is worth a file.
constexpr std::uint64_t kWorthHalving = 1'000'000;

bool conv_decides(const Workload& work) {
    return work.convs > 0 && (work.macs == 0 || static_cast<double>(work.conv_macs) >= kConvShare * static_cast<double>(work.macs));
}

Method best_of(const Workload& work) {
    if (work.quantized_nodes > 0) return Method::fp32;
    if (tiny(work) && !conv_decides(work)) return Method::fp32;  // a calibrated network is timed when it is quantized
    if (conv_decides(work)) return Method::int8_static;
    if (work.matmuls > 0 || work.lstms > 0) return Method::int8_dynamic;
    if (work.weight_bytes > kWorthHalving && !work.half) return Method::fp16;
    return Method::fp32;
}

std::string reason(const Workload& work, Method method) {
    const bool few_products = static_cast<double>(work.matmul_macs) < 0.01 * static_cast<double>(work.macs);
    if (method == Method::int8_static && few_products)
        return fmt::format("{} of the multiply-accumulates are in {}. Conv runs in integers only with ranges calibrated on samples.",
                           share(work.conv_macs, work.macs), nodes_text(work.convs, "Conv"));
    if (method == Method::int8_static)
        return fmt::format("{} of the multiply-accumulates are in {} and {} more in {}. Conv runs in integers only with ranges "
                           "calibrated on samples.",
                           share(work.conv_macs, work.macs), nodes_text(work.convs, "Conv"), share(work.matmul_macs, work.macs),
                           nodes_text(work.matmuls, "MatMul or Gemm"));
    if (method == Method::int8_dynamic && work.recurrent_bytes > 0 && work.recurrent_macs >= work.matmul_macs)
        return fmt::format("The work is in {} with {} of the weights outside tables; the integer form finds its ranges while it "
                           "runs, so it needs no samples and no output range.",
                           nodes_text(work.recurrents, "recurrent"),
                           share(work.recurrent_bytes, work.weight_bytes - std::min(work.weight_bytes, work.table_bytes)));
    if (method == Method::int8_dynamic)
        return fmt::format("{} of the multiply-accumulates are in {} with constant weights; ranges are found while they run, so no "
                           "samples are needed and attention scores stay in float.",
                           share(work.matmul_macs, work.macs), nodes_text(work.matmuls, "MatMul or Gemm"));
    if (method == Method::fp16) return "There is little to compute in integers here, but half the storage can be saved.";
    if (work.quantized_nodes > 0)
        return fmt::format("{} nodes of this model are quantized already and stay as they are.", work.quantized_nodes);
    if (tiny(work)) return "This model is tiny: converting to integers takes longer than it saves. Quantize it for size only, and measure.";
    return "There are no weights worth quantizing.";
}

MethodAdvice advice_for(const Workload& work, Method method, Method best) {
    MethodAdvice advice{method, method == best, {}};
    const bool has_work = work.convs + work.matmuls + work.lstms > 0;
    switch (method) {
        case Method::fp32: advice.text = "The baseline that everything is compared with."; break;
        case Method::fp16:
            advice.suits = advice.suits || (work.weight_bytes > kWorthHalving && !work.half && work.quantized_nodes == 0);
            advice.text = work.half ? "Most weights are in half precision already."
                                    : "Half the file and the same answers; on a CPU it does not run faster, on a GPU it does.";
            break;
        case Method::int8_dynamic:
            if (conv_decides(work)) advice.text = "The wrong method here: a Conv with ranges found at run time is several times slower than FP32.";
            else if (!has_work) advice.text = "No MatMul, Gemm or LSTM with constant weights.";
            else advice.text = "About a quarter of the weights' size; needs no samples.";
            break;
        case Method::int8_static:
            if (conv_decides(work)) advice.text = "About a quarter of the weights' size and the fastest; needs calibration samples.";
            else if (work.lstms > 0) advice.text = "An LSTM has no static integer form and would stay in float.";
            else if (!has_work) advice.text = "No Conv, MatMul or Gemm with constant weights.";
            else advice.text = "Possible, but ranges of attention and normalisation must be checked; needs calibration samples.";
            break;
    }
    return advice;
}

}  // namespace

Workload workload_of(const Model& model) {
    Workload work;
    count_weights(model, work);
    for (const Node& node : model.nodes()) {
        work.macs += node.macs;
        if (is_integer(precision_of(model, node.id))) ++work.quantized_nodes;
        if (node.op_type == "Conv" || node.op_type == "ConvTranspose") {
            ++work.convs;
            work.conv_macs += node.macs;
            if (is_depthwise(model, node)) {
                ++work.depthwise;
                work.depthwise_macs += node.macs;
            }
        } else if (node.op_type == "MatMul" || node.op_type == "Gemm") {
            const bool constant = has_constant_weight(model, node);
            if (constant) ++work.matmuls;
            (constant ? work.matmul_macs : work.attention_macs) += node.macs;
        } else if (is_recurrent(node)) {
            ++work.recurrents;
            if (node.op_type == "LSTM") ++work.lstms;
            work.recurrent_macs += node.macs;
            work.recurrent_bytes += node.weight_bytes;
        } else if (node.op_type == "Gather") {
            count_table(model, node, work);
        }
    }
    return work;
}

bool tiny(const Workload& work) {
    constexpr std::uint64_t kTinyMacs = 4'000'000, kTinyWeights = 250'000;
    return work.macs > 0 && work.macs < kTinyMacs && work.weight_bytes < kTinyWeights;
}

namespace {

/// Above this a plan would take long, and kinds of nodes decide alone.
constexpr std::uint64_t kPlannedBytes = 256'000'000;

/// Why a method would change no node of the model; empty when it changes some. What is recommended must not be refused.
std::string why_nothing(const Model& model, Method method) {
    if (model.size_bytes() > kPlannedBytes || damage_of(model)) return {};
    Recipe recipe;
    recipe.default_method = method;
    try {
        const Plan plan = make_plan(ModelPtr(ModelPtr(), &model), recipe);
        const auto nothing = std::find_if(plan.findings.begin(), plan.findings.end(), [](const Finding& f) { return f.code == "nothing-changed"; });
        return nothing == plan.findings.end() ? std::string() : nothing->text;
    } catch (const Error& error) {  // what cannot be planned cannot be quantized
        return fmt::format("{} is not possible: {}", row(method).title, error.what());
    }
}

}  // namespace

Advice advise(const Model& model) {
    const Workload work = workload_of(model);
    Advice advice;
    advice.method = best_of(work);
    advice.text = reason(work, advice.method);
    std::vector<std::string> nothing(methods().size());
    const auto refused = [&](Method method) -> std::string& { return nothing[static_cast<std::size_t>(method)]; };
    while (advice.method != Method::fp32) {
        std::string& why = refused(advice.method) = why_nothing(model, advice.method);
        if (why.empty()) break;
        // The next in line: less is asked of the model by each.
        advice.method = advice.method == Method::int8_static ? Method::int8_dynamic
                        : advice.method == Method::int8_dynamic && work.weight_bytes > kWorthHalving && !work.half ? Method::fp16 : Method::fp32;
        if (advice.method == Method::int8_dynamic && (work.matmuls + work.lstms == 0 || conv_decides(work))) advice.method = Method::fp32;
        advice.text = advice.method == Method::fp32 ? why : reason(work, advice.method);
    }
    advice.title = std::string(row(advice.method).title);
    for (const MethodSpec& candidate : methods()) {
        advice.methods.push_back(advice_for(work, candidate.method, advice.method));
        if (refused(candidate.method).empty()) continue;
        advice.methods.back().suits = false;
        advice.methods.back().text = refused(candidate.method);
    }
    return advice;
}

Json to_json(const Advice& advice) {
    Json methods = Json::array();
    for (const MethodAdvice& each : advice.methods)
        methods.push_back({{"method", id(each.method)}, {"suits", each.suits}, {"text", each.text}});
    return {{"method", id(advice.method)}, {"title", advice.title}, {"text", advice.text}, {"methods", methods}};
}

}  // namespace vernier
