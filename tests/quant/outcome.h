// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

using Change = std::function<void(std::vector<float>&, std::uint64_t)>;

/// Random samples of one float input, each changed by its index.
inline std::shared_ptr<MadeDataset> random_data(const Dims& dims, const Change& change = {}) {
    return std::make_shared<MadeDataset>(16, 16, [dims, change](Split, std::uint64_t index) {
        Sample sample;
        auto values = random_floats(element_count(dims), static_cast<unsigned>(index));
        if (change) change(values, index);
        sample.inputs["x"] = tensor_of(ElementType::float32, values, dims);
        return sample;
    });
}

struct Outcome {
    Quantized quantized;
    double sqnr = 0;  ///< of the first output, all optimizations
    bool same_shape = false;
};

inline Outcome outcome_of(const ModelPtr& model, Method method, const Dims& dims, const Change& change = {}, const std::vector<Rule>& rules = {}) {
    Recipe recipe;
    recipe.default_method = method;
    recipe.rules = rules;
    if (method == Method::int8_dynamic) recipe.rules.push_back({"all", method, {}});  // small products too
    QuantizeOptions options;
    options.time_prefix = false;
    const auto data = random_data(dims, change);
    Outcome outcome{quantize({runtime(), model, recipe, data, options}, {})};
    const auto inputs = data->load(Split::validation, 0).inputs;
    const auto before = open_proto(model->proto())->run(inputs), after = open_proto(*outcome.quantized.proto)->run(inputs);
    const auto a = before.at(0).as<float>(), b = after.at(0).as<float>();
    outcome.same_shape = before.at(0).dims == after.at(0).dims;
    outcome.sqnr = sqnr_db({a.begin(), a.end()}, {b.begin(), b.end()});
    return outcome;
}

inline Method applied(const Quantized& result, const ModelPtr& model, const std::string& name) {
    for (const NodePlan& node : result.plan.nodes)
        if (model->node(node.node).label == name) return node.applied;
    ADD_FAILURE() << "no node " << name;
    return Method::fp32;
}

inline std::string why(const Quantized& result, const ModelPtr& model, const std::string& name) {
    for (const NodePlan& node : result.plan.nodes)
        if (model->node(node.node).label == name) return node.why;
    return {};
}

inline bool tells(const Quantized& result, const std::string& code, const std::string& part, Severity severity = Severity::warning) {
    return std::any_of(result.findings.begin(), result.findings.end(), [&](const Finding& finding) {
        return finding.code == code && finding.severity == severity && finding.text.find(part) != std::string::npos;
    });
}

}  // namespace vernier::test
