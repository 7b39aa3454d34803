// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/model/damage.h"
#include "core/model/feedable.h"
#include "core/quant/plan.h"
#include "core/quant/prepare.h"

namespace vernier {
namespace {

/// Above this a plan would take long, and kinds of nodes decide alone.
constexpr std::uint64_t kPlannedBytes = 256'000'000;

/// Why a method cannot have the samples that it needs; empty when it can, or needs none.
std::string why_no_samples(const Model& model, Method method) {
    const Value* input = row(method).needs_calibration ? unfeedable_input(model) : nullptr;
    if (input == nullptr) return {};
    return fmt::format("{} is not possible: it needs calibration samples, but {}.", row(method).title, why_unfeedable(*input));
}

Plan plan_with(const Model& model, Method method) {
    Recipe recipe;
    recipe.default_method = method;
    return make_plan(ModelPtr(ModelPtr(), &model), recipe);
}

bool is_planned(const Model& model) { return model.size_bytes() <= kPlannedBytes && !damage_of(model); }

/// Why a method would change no node of the model; empty when it changes some. What is recommended must not be refused.
std::string why_nothing(const Model& model, Method method) {
    if (std::string why = why_no_samples(model, method); !why.empty()) return why;
    if (!is_planned(model)) return {};
    try {
        const Plan plan = plan_with(model, method);
        const auto nothing = std::find_if(plan.findings.begin(), plan.findings.end(), [](const Finding& f) { return f.code == "nothing-changed"; });
        return nothing == plan.findings.end() ? std::string() : nothing->text;
    } catch (const Error& error) {  // what cannot be planned cannot be quantized
        return fmt::format("{} is not possible: {}", row(method).title, error.what());
    }
}

/// Of a method of form alone, which only the graph itself can say anything about.
MethodFit fit_of_form(const Model& model, const MethodSpec& method, const Workload& work) {
    if (!is_planned(model)) return method.fit(work);
    try {
        const std::size_t nodes = plan_with(model, method.method).count(method.method);
        if (nodes == 0) return {false, "No part of this model has a form that is known to be faster."};
        return {true, fmt::format("{} a form that the runtime is faster with; nothing is quantized. Measure it as a candidate of its own.",
                                  nodes == 1 ? std::string("1 node has") : fmt::format("{} nodes have", nodes))};
    } catch (const Error& error) {
        return {false, fmt::format("{} is not possible: {}", method.title, error.what())};
    }
}

/// The methods in the order in which they are tried, less is asked of the model by each. FP32 stays when none is left.
const MethodSpec* next_choice(const Workload& work, const MethodSpec* refused) {
    const auto& order = methods_in_order();
    auto at = refused == nullptr ? order.begin() : std::next(std::find(order.begin(), order.end(), refused));
    if (work.quantized_nodes > 0) at = order.end();
    at = std::find_if(at, order.end(), [&](const MethodSpec* method) { return method->first_choice != nullptr && method->first_choice(work); });
    return at == order.end() ? nullptr : *at;
}

/// Why no method is worth trying.
std::string why_none(const Workload& work) {
    if (work.quantized_nodes > 0) return fmt::format("{} nodes of this model are quantized already and stay as they are.", grouped(work.quantized_nodes));
    if (tiny(work)) return "This model is tiny: converting to integers takes longer than it saves. Quantize it for size only, and measure.";
    return "There are no weights worth quantizing.";
}

}  // namespace

Advice advise(const Model& model) {
    const Workload work = workload_of(model);
    std::vector<std::string> refused(methods().size());
    Advice advice;
    advice.text = why_none(work);
    for (const MethodSpec* method = next_choice(work, nullptr); method != nullptr; method = next_choice(work, method)) {
        std::string& why = refused[static_cast<std::size_t>(method->method)] = why_nothing(model, method->method);
        advice.text = why.empty() ? method->reason(work) : why;
        if (!why.empty()) continue;
        advice.method = method->method;
        break;
    }
    advice.title = std::string(row(advice.method).title);
    for (const MethodSpec& method : methods()) {
        MethodFit fit = is_new_form(method) ? fit_of_form(model, method, work) : method.fit(work);
        fit.suits = fit.suits || method.method == advice.method;
        std::string& why = refused[static_cast<std::size_t>(method.method)];
        if (why.empty()) why = why_no_samples(model, method.method);
        advice.methods.push_back({method.method, why.empty() && fit.suits, why.empty() ? std::move(fit.text) : why});
    }
    return advice;
}

Json to_json(const Advice& advice) {
    Json methods = Json::array();
    for (const MethodAdvice& each : advice.methods) methods.push_back({{"method", id(each.method)}, {"suits", each.suits}, {"text", each.text}});
    return {{"method", id(advice.method)}, {"title", advice.title}, {"text", advice.text}, {"methods", methods}};
}

}  // namespace vernier
