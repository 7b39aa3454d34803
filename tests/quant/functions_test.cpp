// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/function_model.h"

namespace vernier {
namespace {

using namespace test;

Quantized run(const ModelPtr& model, Method method, const std::string& select) {
    Recipe recipe;
    Rule rule;
    rule.select = select;
    rule.method = method;
    recipe.default_method = Method::fp32;
    if (!select.empty()) recipe.rules = {rule};
    return quantize({runtime(), model, recipe, nullptr, {}}, {});
}

double agreement_db(const onnx::ModelProto& source, const Quantized& quantized) {
    const std::map<std::string, Tensor> inputs{{"x", tensor_of(ElementType::float32, random_floats(8, 9), {1, 8})}};
    return sqnr_db(first_output(source, inputs), first_output(*quantized.proto, inputs));
}

TEST(Functions, ANodeInsideCanBeChosen) {
    const onnx::ModelProto source = two_calls();
    const auto model = make_model(source);
    const Quantized half = run(model, Method::fp16, "op:Gemm");
    EXPECT_EQ(half.plan.count(Method::fp16), 2u);
    EXPECT_GT(agreement_db(source, half), 50);
    const Quantized one = run(model, Method::int8_dynamic, "#1");
    EXPECT_EQ(one.plan.count(Method::int8_dynamic), 1u);
    EXPECT_GT(agreement_db(source, one), 25);
}

TEST(Functions, TheFileStaysAsItWasWhereNothingInsideIsChosen) {
    const onnx::ModelProto source = two_calls();
    const Quantized same = run(make_model(source), Method::fp32, "");
    EXPECT_EQ(same.proto->SerializeAsString(), source.SerializeAsString());
}

}  // namespace
}  // namespace vernier
