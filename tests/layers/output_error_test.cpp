// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/output_error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/layers/trial_outputs.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

Tensor floats(std::vector<float> values, std::vector<std::int64_t> dims) { return tensor_of(ElementType::float32, values, std::move(dims)); }

TrialError error_of(ReferenceOutputs& reference, const std::vector<Tensor>& outputs) { return reference.total({reference.against(0, outputs)}); }

TEST(OutputParts, NameTheirChannelsInRanges) {
    EXPECT_EQ((OutputPart{"y", -1, {}}).text(), "y");
    EXPECT_EQ((OutputPart{"y", 1, {4}}).text(), "y, channel 4");
    EXPECT_EQ((OutputPart{"y", 2, {0, 1, 2, 5, 7, 8}}).text(), "y, channels 0 to 2, 5, 7 to 8");
}

TEST(OutputError, EachOutputCountsAlike) {
    ReferenceOutputs reference(std::vector<TrialOutput>{{"small"}, {"large"}});
    reference.add({floats({1, 2}, {1, 2}), floats({300, 400}, {1, 2})});
    reference.finish();
    // 1 of 5, and 10^2 of 500^2
    EXPECT_NEAR(error_of(reference, {floats({1, 1}, {1, 2}), floats({310, 400}, {1, 2})}).error, (0.2 + 0.0004) / 2, 1e-9);
    EXPECT_EQ(error_of(reference, {floats({1, 2}, {1, 2}), floats({300, 400}, {1, 2})}).error, 0);
}

TEST(OutputError, ChannelsOfOtherMagnitudesCountAlikeWhereverTheyLie) {
    for (const bool last : {false, true}) {
        const std::vector<std::int64_t> dims = last ? std::vector<std::int64_t>{1, 3, 2} : std::vector<std::int64_t>{1, 2, 3};
        ReferenceOutputs reference(std::vector<TrialOutput>{{"y"}});
        reference.add({last ? floats({500, 0.5f, 400, 0.4f, 300, 0.3f}, dims) : floats({500, 400, 300, 0.5f, 0.4f, 0.3f}, dims)});
        reference.finish();
        const Tensor lost = last ? floats({500, 0, 400, 0, 300, 0}, dims) : floats({500, 400, 300, 0, 0, 0}, dims);
        EXPECT_NEAR(error_of(reference, {lost}).error, 0.5, 1e-9) << "all scores are gone, all boxes are there";
    }
}

TEST(OutputError, WhatIsNotFiniteIsLost) {
    ReferenceOutputs reference(std::vector<TrialOutput>{{"y"}});
    reference.add({floats({1, 2}, {1, 2})});
    reference.finish();
    EXPECT_EQ(error_of(reference, {floats({1, std::numeric_limits<float>::quiet_NaN()}, {1, 2})}).error, 1e6);
    EXPECT_EQ(error_of(reference, {floats({1}, {1, 1})}).error, 1) << "another shape";
}

TEST(OutputError, DivergenceOfClassesIsOfTheirProbabilities) {
    ReferenceOutputs logits(std::vector<TrialOutput>{{"y", {}, Scores::logits}}), shares(std::vector<TrialOutput>{{"y", {}, Scores::unknown}});
    logits.add({floats({0, std::log(3.f)}, {1, 2})});
    logits.finish();
    shares.add({floats({0.25f, 0.75f}, {1, 2})});
    shares.finish();
    const double expected = 0.25 * std::log(0.25 / 0.5) + 0.75 * std::log(0.75 / 0.5);
    const TrialError of_logits = error_of(logits, {floats({7, 7}, {1, 2})}), of_shares = error_of(shares, {floats({0.5f, 0.5f}, {1, 2})});
    ASSERT_TRUE(of_logits.kl && of_shares.kl);
    EXPECT_NEAR(*of_logits.kl, expected, 1e-6);
    EXPECT_NEAR(*of_shares.kl, expected, 1e-6);
}

ModelBuilder ends_with(const std::string& op) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4}).output("y", ElementType::float32, {1, 3}).output("which", ElementType::int64, {1, 1});
    b.initializer("w", random_floats(12, 1), {4, 3}).initializer("to", std::vector<std::int64_t>{1, 3}, {2});
    b.node("MatMul", {"x", "w"}, {"z"}, {}, "product").node(op, {"z"}, {"p"}, {}, "last").node("Reshape", {"p", "to"}, {"y"}, {}, "shape");
    b.node("ArgMax", {"z"}, {"which"}, {{"axis", 1}}, "arg");
    return b;
}

TEST(TrialOutputs, AFinalSoftmaxOrSigmoidIsCut) {
    for (const std::string op : {"Softmax", "Sigmoid", "Tanh"}) {
        const CanonicalPtr start = canonical(make_model(ends_with(op).build()));
        const auto outputs = trial_outputs(*start, {});
        ASSERT_EQ(outputs.size(), 1U) << "whole numbers are not compared";
        EXPECT_EQ(outputs[0].cut, op == "Tanh" ? "" : "last");
        EXPECT_EQ(outputs[0].scores, op == "Softmax" ? Scores::logits : Scores::none);
        onnx::ModelProto trial = start->edit.build();
        answer_with(trial, outputs);
        EXPECT_EQ(trial.graph().output_size(), 1);
        EXPECT_EQ(trial.graph().output(0).name(), op == "Tanh" ? "y" : "z");
        EXPECT_EQ(op_counts(trial)["MatMul"], 1);
        EXPECT_EQ(op_counts(trial)["ArgMax"], 0) << "nothing needs it";
        EXPECT_EQ(op_counts(trial)["Reshape"], op == "Tanh" ? 1 : 0);
        const Tensor x = floats({1, 2, 3, 4}, {1, 4});
        EXPECT_EQ(first_output(trial, {{"x", x}}).size(), 3U);
    }
}

}  // namespace
}  // namespace vernier
