// SPDX-License-Identifier: GPL-3.0-or-later
// FP32 rewritten: forms that are equal, found by what they compute, and those that only look like it.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/quant/passes/element_functions.h"
#include "tests/quant/outcome.h"

namespace vernier::test {
namespace {

Method rewritten() { return *method_from_id("fp32-rewritten"); }

constexpr std::int64_t kWidth = 12;
const Dims kDims = {1, 8, kWidth, kWidth};

Axes axes_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

using Body = std::function<void(ModelBuilder&)>;  ///< from "x" to "y"

ModelPtr model_of(int opset, const Body& body, const Dims& result = kDims, const std::string& output = "y") {
    ModelBuilder b(opset);
    b.input("x", ElementType::float32, axes_of(kDims));
    for (const auto& [name, value] : std::map<std::string, float>{{"one", 1.F},
                                                                  {"half", 0.5F},
                                                                  {"two", 2.F},
                                                                  {"three", 3.F},
                                                                  {"zero", 0.F},
                                                                  {"six", 6.F},
                                                                  {"sixth", 1.F / 6},
                                                                  {"c", 0.044715F},
                                                                  {"k", 0.7978845608F},
                                                                  {"root", 1.41421356F},
                                                                  {"quick", 1.702F}})
        b.initializer(name, std::vector<float>{value}, {});
    body(b);
    b.output(output, ElementType::float32, axes_of(result));
    return make_model(b.build());
}

void gelu_by_products(ModelBuilder& b) {
    b.node("Mul", {"c", "x"}, {"a"})
        .node("Mul", {"x", "a"}, {"b"})
        .node("Mul", {"x", "b"}, {"d"})
        .node("Add", {"x", "d"}, {"e"})
        .node("Mul", {"k", "e"}, {"f"});
    b.node("Tanh", {"f"}, {"g"}).node("Add", {"one", "g"}, {"h"}).node("Mul", {"half", "h"}, {"i"}).node("Mul", {"x", "i"}, {"y"});
}
void gelu_by_power(ModelBuilder& b) {
    b.node("Pow", {"x", "three"}, {"a"})
        .node("Mul", {"a", "c"}, {"b"})
        .node("Add", {"b", "x"}, {"d"})
        .node("Mul", {"d", "k"}, {"e"})
        .node("Tanh", {"e"}, {"f"});
    b.node("Add", {"f", "one"}, {"g"}).node("Mul", {"x", "half"}, {"h"}).node("Mul", {"h", "g"}, {"y"});
}
void gelu_by_erf(ModelBuilder& b) {
    b.node("Div", {"x", "root"}, {"a"})
        .node("Erf", {"a"}, {"b"})
        .node("Mul", {"b", "half"}, {"c2"})
        .node("Add", {"half", "c2"}, {"d"})
        .node("Mul", {"d", "x"}, {"y"});
}
void hard_swish_by_clip(ModelBuilder& b) {
    b.node("Mul", {"x", "sixth"}, {"a"}).node("Add", {"a", "half"}, {"b"}).node("Clip", {"b", "zero", "one"}, {"d"}).node("Mul", {"d", "x"}, {"y"});
}
void hard_swish_by_min(ModelBuilder& b) {
    b.node("Add", {"x", "three"}, {"a"}).node("Max", {"a", "zero"}, {"b"}).node("Min", {"b", "six"}, {"d"}).node("Div", {"d", "six"}, {"e"});
    b.node("Mul", {"x", "e"}, {"y"});
}
void silu_by_exp(ModelBuilder& b) { b.node("Neg", {"x"}, {"a"}).node("Exp", {"a"}, {"b"}).node("Add", {"one", "b"}, {"d"}).node("Div", {"x", "d"}, {"y"}); }
void sigmoid_by_tanh(ModelBuilder& b) {
    b.node("Div", {"x", "two"}, {"a"}).node("Tanh", {"a"}, {"b"}).node("Mul", {"b", "half"}, {"d"}).node("Add", {"d", "half"}, {"y"});
}
void relu_by_abs(ModelBuilder& b) { b.node("Abs", {"x"}, {"a"}).node("Add", {"a", "x"}, {"b"}).node("Mul", {"b", "half"}, {"y"}); }

Outcome outcome_of_form(const ModelPtr& model) {
    return outcome_of(model, rewritten(), kDims, [](std::vector<float>& values, std::uint64_t) {
        for (float& value : values) value *= 8;
    });
}

TEST(NewForm, ActivationsAreNamedHoweverTheyAreTakenApart) {
    const std::map<std::string, std::pair<Body, std::map<int, std::set<std::string>>>> forms = {
        {"gelu by products", {gelu_by_products, {{13, {"FastGelu"}}, {20, {"Gelu"}}}}},
        {"gelu by power", {gelu_by_power, {{13, {"FastGelu"}}, {20, {"Gelu"}}}}},
        {"gelu by erf", {gelu_by_erf, {{13, {"Gelu"}}, {20, {"Gelu"}}}}},
        {"hard swish by clip", {hard_swish_by_clip, {{13, {"HardSigmoid", "Mul"}}}}},
        {"hard swish by min", {hard_swish_by_min, {{13, {"HardSigmoid", "Mul"}}}}},
        {"silu by exp", {silu_by_exp, {{13, {"Sigmoid", "Mul"}}}}},
        {"sigmoid by tanh", {sigmoid_by_tanh, {{13, {"Sigmoid"}}}}},
        {"relu by abs", {relu_by_abs, {{13, {"Relu"}}}}},
    };
    for (const auto& [name, form] : forms) {
        for (const auto& [opset, expected] : form.second) {
            const ModelPtr model = model_of(opset, form.first);
            const Outcome outcome = outcome_of_form(model);
            std::set<std::string> ops;
            for (const auto& [op, count] : op_counts(*outcome.quantized.proto)) ops.insert(op);
            EXPECT_EQ(ops, expected) << name << " at opset " << opset;
            EXPECT_GT(outcome.sqnr, 115) << name;
            EXPECT_TRUE(outcome.same_shape) << name;
            EXPECT_EQ(outcome.quantized.plan.count(rewritten()), model->nodes().size()) << name;
        }
    }
}

/// A function with another constant, one that widens its input, one whose middle is read elsewhere: they stay, and the plan says so.
TEST(NewForm, WhatIsNotEqualStays) {
    const std::map<std::string, Body> bodies = {
        {"quick gelu",
         [](ModelBuilder& b) {
             b.node("Mul", {"x", "quick"}, {"a"}).node("Sigmoid", {"a"}, {"s"}).node("Mul", {"x", "s"}, {"y"});
         }},
        {"silu that has its name",
         [](ModelBuilder& b) {
             b.node("Sigmoid", {"x"}, {"s"}).node("Mul", {"x", "s"}, {"y"});
         }},
        {"by channels",
         [](ModelBuilder& b) {
             b.initializer("halves", std::vector<float>(kWidth, 0.5F), {kWidth});
             b.node("Abs", {"x"}, {"a"}).node("Add", {"a", "x"}, {"b"}).node("Mul", {"b", "halves"}, {"y"});
         }},
        {"read elsewhere",
         [](ModelBuilder& b) {
             b.node("Abs", {"x"}, {"a"}).node("Add", {"a", "x"}, {"b"}).node("Mul", {"b", "half"}, {"d"}).node("Transpose", {"a"}, {"t"});
             b.node("Transpose", {"t"}, {"u"}).node("Concat", {"u", "d"}, {"v"}, {{"axis", 0}});
             b.node("ReduceMean", {"v"}, {"y"}, {{"axes", {0}}, {"keepdims", 1}});
         }},
    };
    for (const auto& [name, body] : bodies) {
        const ModelPtr model = model_of(13, body);
        const Outcome outcome = outcome_of_form(model);
        EXPECT_EQ(outcome.quantized.plan.count(rewritten()), 0U) << name;
        EXPECT_TRUE(tells(outcome.quantized, "nothing-changed", "no faster form of it is known")) << name;
        EXPECT_EQ(outcome.sqnr, 200) << name;
    }
    const Dims wide = {1, 1, 8, kWidth, kWidth};
    const ModelPtr widened = model_of(
        13,
        [](ModelBuilder& b) {
            b.initializer("many", std::vector<float>{0.5F}, {1, 1, 1, 1, 1});
            b.node("Abs", {"x"}, {"a"}).node("Add", {"a", "x"}, {"b"}).node("Mul", {"b", "many"}, {"y"});
        },
        wide);
    EXPECT_EQ(outcome_of_form(widened).quantized.plan.count(rewritten()), 0U);
}

/// x + f(x) with a middle that is an output of the model.
TEST(NewForm, WhatIsAnOutputStays) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, axes_of(kDims)).initializer("half", std::vector<float>{0.5F}, {});
    b.node("Abs", {"x"}, {"a"}).node("Add", {"a", "x"}, {"b"}).node("Mul", {"b", "half"}, {"y"});
    b.output("y", ElementType::float32, axes_of(kDims)).output("b", ElementType::float32, axes_of(kDims));
    EXPECT_EQ(outcome_of_form(make_model(b.build())).quantized.plan.count(rewritten()), 0U);
}

TEST(NewForm, AnActivationGoesBehindTheMaximum) {
    struct Case {
        Body activation;
        std::string reduce;
        int opset;
        std::map<std::string, int> ops;
    };
    const std::vector<Case> cases = {
        {gelu_by_products, "GlobalMaxPool", 13, {{"ReduceMax", 1}, {"ReduceMin", 1}, {"FastGelu", 2}, {"Max", 1}}},
        {gelu_by_products, "ReduceMax", 20, {{"ReduceMax", 1}, {"ReduceMin", 1}, {"Gelu", 2}, {"Max", 1}}},
        {silu_by_exp, "ReduceMax", 13, {{"ReduceMax", 1}, {"ReduceMin", 1}, {"Sigmoid", 2}, {"Mul", 2}, {"Max", 1}}},
        {[](ModelBuilder& b) { b.node("Tanh", {"x"}, {"y"}); }, "GlobalMaxPool", 13, {{"ReduceMax", 1}, {"Tanh", 1}}},
        {sigmoid_by_tanh, "ReduceMax", 18, {{"ReduceMax", 1}, {"Sigmoid", 1}}},
    };
    for (const Case& c : cases) {
        const bool pool = c.reduce == "GlobalMaxPool";
        const ModelPtr model = model_of(
            c.opset,
            [&](ModelBuilder& b) {
                b.node("Identity", {"x"}, {"before"}, {}, "in front");
                c.activation(b);
                if (pool)
                    b.node("GlobalMaxPool", {"y"}, {"z"}, {}, "max");
                else if (c.opset >= 18)
                    b.initializer("axes", std::vector<std::int64_t>{-1}, {1}).node("ReduceMax", {"y", "axes"}, {"z"}, {{"keepdims", 0}}, "max");
                else
                    b.node("ReduceMax", {"y"}, {"z"}, {{"axes", {-1}}, {"keepdims", 0}}, "max");
            },
            pool ? Dims{1, 8, 1, 1} : Dims{1, 8, kWidth}, "z");
        const Outcome outcome = outcome_of_form(model);
        auto ops = op_counts(*outcome.quantized.proto);
        ops.erase("Identity");
        EXPECT_EQ(ops, c.ops) << c.reduce << c.opset;
        EXPECT_GT(outcome.sqnr, 115) << c.reduce << c.opset;
        EXPECT_TRUE(outcome.same_shape) << c.reduce << c.opset;
        EXPECT_EQ(applied(outcome.quantized, model, "max"), rewritten());
    }
}

/// The sine falls and rises again and again; a mean is no maximum; two positions save nothing.
TEST(NewForm, WhatTheMaximumDoesNotCommuteWithStays) {
    const auto stays = [](const std::string& op, const std::string& reduce, const std::vector<std::int64_t>& axes) {
        ModelBuilder b(13);
        b.input("x", ElementType::float32, {1, 2, 64}).node(op, {"x"}, {"a"}).node(reduce, {"a"}, {"y"}, {{"axes", axes}, {"keepdims", 1}});
        b.output("y", ElementType::float32, axes_of(axes == std::vector<std::int64_t>{1} ? Dims{1, 1, 64} : Dims{1, 2, 1}));
        return outcome_of(make_model(b.build()), rewritten(), {1, 2, 64}).quantized.plan.count(rewritten()) == 0;
    };
    EXPECT_TRUE(stays("Sin", "ReduceMax", {2}));
    EXPECT_TRUE(stays("Tanh", "ReduceMean", {2}));
    EXPECT_TRUE(stays("Tanh", "ReduceMax", {1}));
    EXPECT_TRUE(stays("Neg", "ReduceMax", {2}));
    EXPECT_FALSE(stays("Tanh", "ReduceMax", {2}));
}

constexpr int kColumns = 24;
const Dims kRowDims = {2, 5, kColumns};

/// Rows of x, normalized in forms that exporters write, with epsilon, a scale and a bias of each column.
ModelPtr norm_model(int opset, const Body& body) {
    ModelBuilder b(opset);
    b.input("x", ElementType::float32, axes_of(kRowDims));
    b.initializer("g", normal_floats(kColumns, 2), {kColumns}).initializer("b", normal_floats(kColumns, 3), {1, kColumns});
    for (const auto& [name, value] :
         std::map<std::string, float>{{"eps", 1e-5F}, {"zero", 0}, {"two", 2}, {"minus half", -0.5F}, {"part", 1.F / kColumns}, {"one", 1}})
        b.initializer(name, std::vector<float>{value}, {});
    b.initializer("last", std::vector<std::int64_t>{-1}, {1}).initializer("tall", std::vector<std::int64_t>{2, 5, 1}, {3});
    body(b);
    b.output("y", ElementType::float32, axes_of(kRowDims));
    return make_model(b.build());
}

/// Squares by Mul and Reciprocal.
void norm_by_reciprocal(ModelBuilder& b) {
    b.node("ReduceMean", {"x"}, {"m"}, {{"axes", {-1}}}).node("Sub", {"x", "m"}, {"d"}).node("Mul", {"d", "d"}, {"s"});
    b.node("ReduceMean", {"s"}, {"v"}, {{"axes", {2}}}).node("Add", {"v", "eps"}, {"e"}).node("Sqrt", {"e"}, {"q"}).node("Reciprocal", {"q"}, {"r"});
    b.node("Mul", {"d", "r"}, {"n"}).node("Mul", {"g", "n"}, {"t"}).node("Add", {"t", "b"}, {"y"});
}
/// The mean of squares less the square of the mean, sums without the axis that Reshape gives back, and the affine form of batch normalization.
void norm_by_sums(ModelBuilder& b) {
    b.node("ReduceSum", {"x", "last"}, {"m1"}, {{"keepdims", 0}}).node("Mul", {"m1", "part"}, {"m2"}).node("Mul", {"x", "x"}, {"s"});
    b.node("ReduceSum", {"s", "last"}, {"s1"}, {{"keepdims", 0}}).node("Mul", {"s1", "part"}, {"s2"}).node("Mul", {"m2", "m2"}, {"mm"});
    b.node("Sub", {"s2", "mm"}, {"v0"}).node("Max", {"zero", "v0"}, {"v1"}).node("Reshape", {"v1", "tall"}, {"v"}).node("Reshape", {"m2", "tall"}, {"m"});
    b.node("Add", {"v", "eps"}, {"e"}).node("Pow", {"e", "minus half"}, {"r"}).node("Mul", {"r", "g"}, {"rg"}).node("Mul", {"x", "rg"}, {"xg"});
    b.node("Mul", {"m", "rg"}, {"mg"}).node("Sub", {"b", "mg"}, {"o"}).node("Add", {"xg", "o"}, {"y"});
}
/// What the runtime makes one operator of itself.
void norm_by_power(ModelBuilder& b) {
    b.node("ReduceMean", {"x"}, {"m"}, {{"axes", {-1}}}).node("Sub", {"x", "m"}, {"d"}).node("Pow", {"d", "two"}, {"s"});
    b.node("ReduceMean", {"s"}, {"v"}, {{"axes", {-1}}}).node("Add", {"v", "eps"}, {"e"}).node("Sqrt", {"e"}, {"q"}).node("Div", {"d", "q"}, {"n"});
    b.node("Mul", {"n", "g"}, {"t"}).node("Add", {"t", "b"}, {"y"});
}
/// Without a middle, and one whose epsilon stands outside of the root: neither is a LayerNormalization.
void root_mean_square(ModelBuilder& b) {
    b.node("Mul", {"x", "x"}, {"s"}).node("ReduceMean", {"s"}, {"v"}, {{"axes", {-1}}}).node("Add", {"v", "eps"}, {"e"}).node("Sqrt", {"e"}, {"q"});
    b.node("Reciprocal", {"q"}, {"r"}).node("Mul", {"x", "r"}, {"n"}).node("Mul", {"n", "g"}, {"y"});
}
void epsilon_outside(ModelBuilder& b) {
    b.node("ReduceMean", {"x"}, {"m"}, {{"axes", {-1}}}).node("Sub", {"x", "m"}, {"d"}).node("Mul", {"d", "d"}, {"s"});
    b.node("ReduceMean", {"s"}, {"v"}, {{"axes", {-1}}}).node("Sqrt", {"v"}, {"q"}).node("Add", {"q", "eps"}, {"e"}).node("Reciprocal", {"e"}, {"r"});
    b.node("Mul", {"d", "r"}, {"n"}).node("Mul", {"g", "n"}, {"t"}).node("Add", {"t", "b"}, {"y"});
}

TEST(NewForm, LayerNormalizationIsNamed) {
    for (const Body body : {norm_by_reciprocal, norm_by_sums}) {
        for (const int opset : {13, 17}) {
            const ModelPtr model = norm_model(opset, body);
            const Outcome outcome = outcome_of(model, rewritten(), kRowDims);
            EXPECT_EQ(op_counts(*outcome.quantized.proto), (std::map<std::string, int>{{"LayerNormalization", 1}}));
            EXPECT_GT(outcome.sqnr, 110);
            EXPECT_TRUE(outcome.same_shape);
            EXPECT_EQ(tells(outcome.quantized, "opset-raised", "LayerNormalization", Severity::info), opset < 17);
            EXPECT_EQ(outcome.quantized.plan.count(rewritten()), model->nodes().size());
        }
    }
}

TEST(NewForm, WhatIsNoLayerNormalizationStays) {
    for (const Body body : {norm_by_power, root_mean_square, epsilon_outside}) {
        const ModelPtr model = norm_model(13, body);
        EXPECT_EQ(outcome_of(model, rewritten(), kRowDims).quantized.plan.count(rewritten()), 0U);
    }
}

/// One node by a rule: what it hangs together with was not chosen, so nothing changes.
TEST(NewForm, OnlyWhatWasChosenChanges) {
    const ModelPtr model = model_of(13, gelu_by_power);
    Outcome outcome = outcome_of(model, Method::fp32, kDims, {}, {{"op:Tanh", rewritten(), {}}});
    EXPECT_EQ(outcome.quantized.plan.count(rewritten()), 0U);
    outcome = outcome_of(model, rewritten(), kDims, {}, {{"op:Pow", Method::fp32, {}}});
    EXPECT_EQ(outcome.quantized.plan.count(rewritten()), 0U);
    outcome = outcome_of(model, Method::fp32, kDims, {}, {{"all", rewritten(), {}}});
    EXPECT_EQ(outcome.quantized.plan.count(rewritten()), model->nodes().size());
}

/// All residual sums and, beside them, half precision of the rest.
TEST(NewForm, ResidualSumsAndOtherMethodsBesideThem) {
    ModelBuilder b(17);
    b.input("x", ElementType::float32, {1, 8, 16});
    b.initializer("w", normal_floats(256, 1), {16, 16}).initializer("g", normal_floats(16, 2), {16}).initializer("b", normal_floats(16, 3), {16});
    b.node("MatMul", {"x", "w"}, {"m"}, {}, "product").node("Add", {"m", "x"}, {"sum"}, {}, "residual").node("LayerNormalization", {"sum", "g", "b"}, {"y"});
    b.output("y", ElementType::float32, {1, 8, 16});
    const ModelPtr model = make_model(b.build());
    const Outcome outcome = outcome_of(model, rewritten(), {1, 8, 16});
    EXPECT_EQ(applied(outcome.quantized, model, "residual"), rewritten());
    EXPECT_EQ(applied(outcome.quantized, model, "product"), Method::fp32);
    EXPECT_EQ(op_counts(*outcome.quantized.proto).count("Sum"), 1U);
    EXPECT_GT(outcome.sqnr, 110);
    const Outcome mixed = outcome_of(model, rewritten(), {1, 8, 16}, {}, {{"op:MatMul", Method::fp16, {}}});
    EXPECT_EQ(applied(mixed.quantized, model, "residual"), rewritten());
    EXPECT_EQ(applied(mixed.quantized, model, "product"), Method::fp16);
    EXPECT_GT(mixed.sqnr, 40);
}

TEST(ElementFunctions, AreFoundFromEveryTensorInFront) {
    const ModelPtr model = model_of(13, hard_swish_by_min);
    const GraphEdit edit(*model);
    const auto found = functions_into(edit, static_cast<int>(model->nodes().size()) - 1);
    ASSERT_EQ(found.size(), 1U) << "x is read on the way too, so the result is a function of x alone";
    EXPECT_EQ(found[0].from, "x");
    EXPECT_EQ(found[0].nodes.size(), 5U);
    const auto points = probe_points();
    for (std::size_t i = 0; i < points.size(); ++i)
        EXPECT_NEAR(found[0].values[i], points[i] * std::clamp(points[i] / 6 + 0.5, 0.0, 1.0), 2e-6 * (1 + std::fabs(points[i])));
    EXPECT_EQ(functions_into(edit, 3).size(), 4U) << "of each tensor in front";
}

}  // namespace
}  // namespace vernier::test
