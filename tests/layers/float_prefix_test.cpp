// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/float_prefix.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/layers/candidates.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

const std::vector<std::int64_t> kDims = {1, 32, 32, 32};

/// Six convolutions of nine million multiply-accumulates each, with a shortcut over four of them.
ModelPtr deep_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 32, 32, 32}).output("y", ElementType::float32, {1, 32, 32, 32});
    std::string before = "x";
    for (int i = 0; i < 6; ++i) {
        const std::string n = std::to_string(i);
        b.initializer("w" + n, random_floats(32 * 32 * 9, static_cast<std::uint64_t>(i) + 3, -0.1f, 0.1f), {32, 32, 3, 3});
        b.node("Conv", {before, "w" + n}, {"c" + n}, {{"pads", {1, 1, 1, 1}}}, "conv" + n).node("Relu", {"c" + n}, {"r" + n}, {}, "relu" + n);
        before = "r" + n;
        if (i != 4) continue;
        b.node("Add", {"r4", "r0"}, {"sum"}, {}, "add");
        before = "sum";
    }
    b.node("Identity", {before}, {"y"}, {}, "last");
    return make_model(b.build());
}

NodeId id_of(const Model& model, const std::string& label) {
    for (const Node& node : model.nodes())
        if (node.label == label) return node.id;
    return kNone;
}

TEST(FloatPrefix, ATrialThatStartsInTheMiddleAnswersTheSame) {
    const CanonicalPtr start = canonical(deep_net());
    const std::vector<std::map<std::string, Tensor>> runs = {{{"x", tensor_of(ElementType::float32, random_floats(element_count(kDims), 1), kDims)}},
                                                             {{"x", tensor_of(ElementType::float32, random_floats(element_count(kDims), 2), kDims)}}};
    FloatPrefix prefix(runtime(), start, {});
    const FloatStartPtr middle = prefix.start_of({id_of(*start->model, "conv5"), id_of(*start->model, "conv3")}, runs, {0, 1}, {});
    ASSERT_NE(middle, nullptr);
    EXPECT_EQ(middle->tensors.size(), 2U) << "the way and the shortcut";
    onnx::ModelProto trial = start->edit.build();
    ASSERT_TRUE(start_trial(trial, *middle));
    EXPECT_LT(op_counts(trial)["Conv"], 4);
    for (std::size_t i = 0; i < runs.size(); ++i) EXPECT_GT(sqnr_db(first_output(start->edit.build(), runs[i]), first_output(trial, middle->values[i])), 100);
    EXPECT_EQ(prefix.start_of({id_of(*start->model, "conv0")}, runs, {0, 1}, {}), nullptr) << "nothing lies before it";
    EXPECT_EQ(prefix.start_of({id_of(*start->model, "conv3")}, runs, {0, 1}, {}), middle) << "kept";
}

/// The same candidate as part of a larger one, which starts at the inputs.
TEST(FloatPrefix, CandidatesHaveTheErrorOfTheWholeRun) {
    CandidateSource source{.runtime = runtime(),
                           .canonical = canonical(deep_net()),
                           .recipe = {},
                           .dataset = std::make_shared<MadeDataset>(8, 8, [](Split, std::uint64_t index) {
                               Sample sample;
                               sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(element_count(kDims), index + 1), kDims);
                               return sample;
                           })};
    source.recipe.default_method = Method::int8_static;
    const Model& model = *source.canonical->model;
    Candidates candidates(source, 4, {});
    const Candidate last = candidates.plan({.choices = candidates.only({id_of(model, "conv5"), id_of(model, "relu5")})}, {});
    ASSERT_FALSE(last.applied.empty());
    const TrialError error = candidates.measure(last, 0, {});
    Recipe recipe;
    recipe.rules.push_back({"name:\"conv5\" or name:\"relu5\"", Method::int8_static, {}});
    QuantizeOptions options;
    options.time_prefix = false;
    const Quantized written = quantize({runtime(), source.canonical->model, recipe, source.dataset, options}, {});
    double lost = 0, power = 0;
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto inputs = source.dataset->load(Split::validation, 2 * i).inputs;
        const auto before = first_output(source.canonical->edit.build(), inputs), after = first_output(*written.proto, inputs);
        for (std::size_t v = 0; v < before.size(); ++v) {
            lost += (double(before[v]) - double(after[v])) * (double(before[v]) - double(after[v]));
            power += double(before[v]) * double(before[v]);
        }
    }
    EXPECT_NEAR(error.error, lost / power, 1e-3 * lost / power);
    EXPECT_GT(error.error, 1e-7);
}

}  // namespace
}  // namespace vernier
