// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that INT8 would lose beside far larger ones of the same scale.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/quantize.h"
#include "tests/quant/outcome.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

/// Boxes (hundreds) and scores (0 to 1) joined, then a convolution that keeps them apart; the scores are the output.
ModelPtr detector_head() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8});
    auto boxes = random_floats(4 * 8, 1);
    for (float& value : boxes) value *= 200;
    std::vector<float> apart(3 * 7, 0.f);
    for (std::size_t i = 0; i < 3; ++i) apart[i * 7 + 4 + i] = 1;
    b.initializer("wb", boxes, {4, 8, 1, 1}).initializer("ws", random_floats(3 * 8, 2), {3, 8, 1, 1}).initializer("wl", apart, {3, 7, 1, 1});
    b.node("Conv", {"x", "wb"}, {"boxes"}, {}, "make_boxes").node("Conv", {"x", "ws"}, {"logits"}, {}, "make_scores");
    b.node("Sigmoid", {"logits"}, {"scores"}, {}, "sigmoid").node("Concat", {"boxes", "scores"}, {"all"}, {{"axis", 1}}, "join");
    b.node("Conv", {"all", "wl"}, {"y"}, {}, "behind");
    b.output("y", ElementType::float32, {1, 3, 8, 8});
    return make_model(b.build());
}

TEST(SharedRange, ScoresBesideBoxesAreNotLost) {
    const auto model = detector_head();
    const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 8, 8});
    EXPECT_GT(outcome.sqnr, 30);
    EXPECT_EQ(applied(outcome.quantized, model, "join"), Method::fp32);
    EXPECT_EQ(applied(outcome.quantized, model, "behind"), Method::fp32);
    EXPECT_EQ(applied(outcome.quantized, model, "make_boxes"), Method::int8_static);
    EXPECT_TRUE(tells(outcome.quantized, "range-shared", "'scores' lies between"));
    EXPECT_NE(why(outcome.quantized, model, "behind").find("lose small numbers"), std::string::npos);
}

TEST(SharedRange, OnePlaceIsToldOnceWithAllItsNodes) {
    const auto model = detector_head();
    for (const std::vector<Rule>& rules : {std::vector<Rule>{}, std::vector<Rule>{{"op:Conv", Method::int8_static, {}}}}) {
        const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 8, 8}, {}, rules);
        std::vector<Finding> told;
        for (const Finding& finding : outcome.quantized.findings)
            if (finding.code == "range-shared") told.push_back(finding);
        ASSERT_EQ(told.size(), 1u);
        const std::string& names = rules.empty() ? told[0].text : told[0].remedy;
        EXPECT_NE(names.find("join"), std::string::npos) << names;
        EXPECT_NE(names.find("behind"), std::string::npos) << names;
    }
}

TEST(SharedRange, AnExplicitChoiceIsKeptAndTold) {
    const auto model = detector_head();
    const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 8, 8}, {}, {{"op:Conv", Method::int8_static, {}}});
    EXPECT_EQ(applied(outcome.quantized, model, "behind"), Method::int8_static);
    EXPECT_TRUE(tells(outcome.quantized, "range-shared", "a rule or a click chose: behind", Severity::serious));
}

TEST(SharedRange, AChannelThatIsRarelyOnDoesNotStarveTheOthers) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6});
    auto w = random_floats(8 * 8, 1), v = random_floats(8 * 8, 2);
    for (std::size_t i = 0; i < 8; ++i) w[i] = i == 0 ? 1.f : 0.f, w[i * 8] = i == 0 ? 1.f : 0.f, v[i * 8] *= 0.001f;
    b.initializer("w", w, {8, 8, 1, 1}).initializer("v", v, {8, 8, 1, 1}).initializer("u", random_floats(64, 3), {8, 8, 1, 1});
    b.node("Conv", {"x", "w"}, {"a"}, {}, "first").node("Relu", {"a"}, {"r"}, {}, "relu").node("Conv", {"r", "v"}, {"c"}, {}, "second");
    b.node("Conv", {"c", "u"}, {"y"}, {}, "third");
    b.output("y", ElementType::float32, {1, 8, 6, 6});
    const auto model = make_model(b.build());
    const Change rare = [](std::vector<float>& values, std::uint64_t index) {
        std::fill_n(values.begin(), 36, 0.f);
        if (index == 7) values[10] = 1500;
    };
    const Outcome outcome = outcome_of(model, Method::int8_static, {1, 8, 6, 6}, rare);
    EXPECT_GT(outcome.sqnr, 25);
    EXPECT_EQ(applied(outcome.quantized, model, "first"), Method::fp32);
    EXPECT_EQ(applied(outcome.quantized, model, "third"), Method::int8_static);
    EXPECT_TRUE(tells(outcome.quantized, "range-shared", "7 of its 8 channels"));
    const Outcome healthy = outcome_of(model, Method::int8_static, {1, 8, 6, 6});
    EXPECT_EQ(applied(healthy.quantized, model, "first"), Method::int8_static);
}

TEST(SharedRange, PlacesOfOneBlockThatLoseForOneCauseAreOneFinding) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6});
    auto w = random_floats(8 * 8, 1), v = random_floats(8 * 8, 2);
    for (std::size_t i = 0; i < 8; ++i) w[i] = i == 0 ? 1.f : 0.f, w[i * 8] = i == 0 ? 1.f : 0.f, v[i * 8] *= 0.001f;
    for (const std::string side : {"left", "right"}) {
        b.initializer("w_" + side, w, {8, 8, 1, 1}).initializer("v_" + side, v, {8, 8, 1, 1});
        b.node("Conv", {"x", "w_" + side}, {"a_" + side}, {}, "first_" + side).node("Relu", {"a_" + side}, {"r_" + side}, {}, "relu_" + side);
        b.node("Conv", {"r_" + side, "v_" + side}, {"c_" + side}, {}, "second_" + side);
    }
    b.initializer("u", random_floats(64, 3), {8, 8, 1, 1});
    b.node("Add", {"c_left", "c_right"}, {"s"}, {}, "sum").node("Conv", {"s", "u"}, {"y"}, {}, "third");
    b.output("y", ElementType::float32, {1, 8, 6, 6});
    const Change rare = [](std::vector<float>& values, std::uint64_t index) {
        std::fill_n(values.begin(), 36, 0.f);
        if (index == 7) values[10] = 1500;
    };
    const Outcome outcome = outcome_of(make_model(b.build()), Method::int8_static, {1, 8, 6, 6}, rare);
    std::vector<std::string> told;
    for (const Finding& finding : outcome.quantized.findings)
        if (finding.code == "range-shared") told.push_back(finding.text);
    ASSERT_EQ(told.size(), 1U);
    for (const char* name : {"second_left", "second_right"}) EXPECT_NE(told[0].find(name), std::string::npos) << told[0];
}

TEST(SharedRange, SamplesThatAreUsuallySmallAreNotLostBesideALoudOne) {
    const auto net = [](bool turned) {
        ModelBuilder b;
        const Dims dims = turned ? Dims{16, 6} : Dims{1, 6, 16};
        b.input("x", ElementType::float32, turned ? Axes{16, 6} : Axes{1, 6, 16});
        b.initializer("w", random_floats(16 * 16, 1), {16, 16}).initializer("v", random_floats(16 * 4, 2), {16, 4});
        if (!turned)
            b.node("MatMul", {"x", "w"}, {"a"}, {}, "first");
        else
            b.node("Gemm", {"x", "w"}, {"a"}, {{"transA", 1}}, "first");
        b.node("MatMul", {"a", "v"}, {"y"}, {}, "second");
        b.output("y", ElementType::float32, turned ? Axes{6, 4} : Axes{1, 6, 4});
        return std::pair(make_model(b.build()), dims);
    };
    const Change loud = [](std::vector<float>& values, std::uint64_t index) {
        if (index == 7)
            for (float& value : values) value *= 1000;
    };
    for (const bool form : {false, true}) {
        const auto [model, dims] = net(form);
        const Outcome outcome = outcome_of(model, Method::int8_static, dims, loud);
        EXPECT_GT(outcome.sqnr, 25) << form;  // of a usual sample
        EXPECT_TRUE(tells(outcome.quantized, "range-shared", "in half of the runs")) << form;
        EXPECT_EQ(applied(outcome.quantized, model, "first"), Method::fp32);
        const Outcome healthy = outcome_of(model, Method::int8_static, dims);
        EXPECT_EQ(applied(healthy.quantized, model, "first"), Method::int8_static) << form;
        EXPECT_GT(healthy.sqnr, 30) << form;
    }
}

TEST(SharedRange, ASmallOutputOfOneConvIsNotLostBesideALargeOne) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 6, 6});
    auto w = random_floats(6 * 8, 1);
    for (std::size_t i = 0; i < 3 * 8; ++i) w[i] *= 1000;
    b.initializer("w", w, {6, 8, 1, 1}).initializer("parts", std::vector<std::int64_t>{3, 3}, {2});
    b.node("Conv", {"x", "w"}, {"a"}, {}, "head").node("Split", {"a", "parts"}, {"big", "y"}, {{"axis", 1}}, "split");
    b.output("y", ElementType::float32, {1, 3, 6, 6}).output("big", ElementType::float32, {1, 3, 6, 6});
    EXPECT_GT(outcome_of(make_model(b.build()), Method::int8_static, {1, 8, 6, 6}).sqnr, 30);
}

}  // namespace
}  // namespace vernier
