// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;

DatasetPtr data_of(const std::vector<std::int64_t>& dims) {
    return std::make_shared<MadeDataset>(20, 20, [dims](Split split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(element_count(dims), index + (split == Split::validation ? 1000 : 1)), dims);
        return sample;
    });
}

/// Convolutions one behind the other; between two of them channels lie a thousand times apart, which the second takes back.
ModelPtr wide_block_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8}).output("y", ElementType::float32, {1, 8, 8, 8});
    std::string before = "x";
    for (int i = 0; i < 8; ++i) {
        const std::string n = std::to_string(i), after = i == 7 ? "y" : "t" + n;
        std::vector<float> weights = random_floats(8 * 8 * 9, static_cast<std::uint64_t>(i) + 5, -0.25f, 0.25f);
        for (std::size_t at = 0; at < weights.size(); ++at) {
            if (i == 4 && at / 72 == 0) weights[at] *= 1000.f;     // its first output channel
            if (i == 5 && at / 9 % 8 == 0) weights[at] *= 0.001f;  // is made small again
        }
        b.initializer("w" + n, weights, {8, 8, 3, 3});
        b.node("Conv", {before, "w" + n}, {i == 7 ? after : "c" + n}, {{"pads", {1, 1, 1, 1}}}, "conv" + n);
        if (i != 7) b.node("Relu", {"c" + n}, {after}, {}, "relu" + n);
        before = after;
    }
    return make_model(b.build());
}

/// Boxes of some hundreds and scores of 0 to 1 in one Concat.
ModelPtr head_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8}).output("y", ElementType::float32, {1, 8, 8, 8});
    b.initializer("w0", random_floats(8 * 8 * 9, 1, -0.3f, 0.3f), {8, 8, 3, 3});
    b.initializer("w1", random_floats(4 * 8, 2, -300.f, 300.f), {4, 8, 1, 1}).initializer("w2", random_floats(4 * 8, 3), {4, 8, 1, 1});
    b.node("Conv", {"x", "w0"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "stem").node("Relu", {"c"}, {"r"}, {}, "relu");
    b.node("Conv", {"r", "w1"}, {"boxes"}, {}, "boxes").node("Conv", {"r", "w2"}, {"logits"}, {}, "logits");
    b.node("Sigmoid", {"logits"}, {"scores"}, {}, "scores").node("Concat", {"boxes", "scores"}, {"y"}, {{"axis", 1}}, "join");
    return make_model(b.build());
}

struct Case {
    explicit Case(ModelPtr opened, Method method = Method::int8_static) : model(std::move(opened)), start(canonical(model)), found(regions(*start)) {
        source = {.runtime = runtime(), .canonical = start, .recipe = {}, .dataset = data_of({1, 8, 8, 8})};
        source.recipe.default_method = method;
    }
    [[nodiscard]] Sensitivity run(const SensitivityOptions& options = {}, const Job& job = {}) const { return sensitivity(source, found, options, job); }
    [[nodiscard]] std::string worst(const Sensitivity& sensitivity) const {
        return model->node(found.list[static_cast<std::size_t>(sensitivity.worst_first[0])].core).label;
    }

    ModelPtr model;
    CanonicalPtr start;
    Regions found;
    CandidateSource source;
};

const RegionErrors& errors_of(const Case& a_case, const Sensitivity& sensitivity, const std::string& name) {
    for (const Region& region : a_case.found.list)
        if (a_case.model->node(region.core).label == name) return sensitivity.regions[static_cast<std::size_t>(region.id)];
    throw Error(ErrorKind::internal, "no region of " + name);
}

TEST(Sensitivity, AWideBlockDeepInsideIsFirst) {
    const Case a_case(wide_block_net());
    const Sensitivity found = a_case.run();
    EXPECT_THAT(a_case.worst(found), testing::AnyOf("conv4", "conv5")) << "the tensor between them";
    const double worst = found.regions[static_cast<std::size_t>(found.worst_first[0])].whole;
    EXPECT_GT(worst, 10 * errors_of(a_case, found, "conv2").whole);
    const RegionErrors& guilty = errors_of(a_case, found, "conv4");
    ASSERT_TRUE(guilty.weights && guilty.activations);
    EXPECT_GT(*guilty.activations, 10 * *guilty.weights) << "its weights have a scale a channel";
    EXPECT_NEAR(*guilty.activations + *guilty.weights, guilty.whole, 0.3 * guilty.whole);
    EXPECT_THAT(sentences_of(found, a_case.found, *a_case.model)[0], HasSubstr(a_case.worst(found)));
}

TEST(Sensitivity, AConcatOfScoresAndBoxesIsFirstThoughItIsNotAppliedAlone) {
    const Case a_case(head_net());
    const Sensitivity found = a_case.run();
    EXPECT_EQ(a_case.worst(found), "join");
    const RegionErrors& join = errors_of(a_case, found, "join");
    EXPECT_TRUE(join.applied.empty());
    EXPECT_EQ(join.alone, 0);
    EXPECT_EQ(join.applied_whole.size(), 1U);
    EXPECT_THAT(join.why, HasSubstr("edge of an INT8 island"));
    EXPECT_NEAR(join.whole, 0.5, 0.25) << "nearly all of the scores, nothing of the boxes";
    ASSERT_EQ(found.parts.size(), 2U) << "scores and boxes";
    EXPECT_EQ(found.parts[0].text(), "y, channels 4 to 7");
    EXPECT_EQ(found.parts[1].text(), "y, channels 0 to 3");
    ASSERT_EQ(join.parts.size(), 2U);
    EXPECT_NEAR(join.parts[0], 1, 0.5);
    EXPECT_LT(join.parts[1], 1e-3);
    EXPECT_NEAR((join.parts[0] + join.parts[1]) / 2, join.whole, 1e-9 + 1e-6 * join.whole) << "parts count alike";
    const auto sentences = sentences_of(found, a_case.found, *a_case.model);
    ASSERT_EQ(sentences.size(), 3U);
    EXPECT_THAT(sentences[0], HasSubstr("join"));
    EXPECT_THAT(sentences[1], HasSubstr("join breaks y, channels 4 to 7 most"));
    EXPECT_THAT(sentences[2], HasSubstr("Chosen alone or with all others, join stays in FP32")) << "it ends the model";
}

/// Six convolutions that read the same, add up, and are as good as equal: what one gets wrong all get wrong.
ModelPtr like_minded_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 8, 8}).output("y", ElementType::float32, {1, 8, 8, 8});
    const std::vector<float> weights = random_floats(8 * 8 * 9, 3, -0.25f, 0.25f);
    std::string sum;
    for (int i = 0; i < 6; ++i) {
        const std::string n = std::to_string(i);
        std::vector<float> own = weights;
        own[static_cast<std::size_t>(i)] *= 1.001f;
        b.initializer("w" + n, own, {8, 8, 3, 3});
        b.node("Conv", {"x", "w" + n}, {"c" + n}, {{"pads", {1, 1, 1, 1}}}, "conv" + n);
        if (i > 0) b.node("Add", {sum, "c" + n}, {i == 5 ? "y" : "s" + n}, {}, "add" + n);
        sum = i == 0 ? "c0" : "s" + n;
    }
    return make_model(b.build());
}

TEST(Sensitivity, SaysWhereTheSumDoesNotExplainTheWhole) {
    const Case a_case(like_minded_net());
    const Sensitivity found = a_case.run();
    EXPECT_GT(found.all, 2 * found.sum) << "errors of the same sign add up by their amounts, not by their squares";
    std::size_t left_out = 0;
    for (const RegionErrors& errors : found.regions) {
        if (!errors.without) continue;
        ++left_out;
        EXPECT_GT(*errors.without, 0);
    }
    const auto sentences = sentences_of(found, a_case.found, *a_case.model);
    const bool is_said =
        std::any_of(sentences.begin(), sentences.end(), [](const std::string& text) { return text.find("they break each other") != std::string::npos; });
    EXPECT_EQ(is_said, found.all > 1e-4) << "below 40 dB no one asks";
    EXPECT_EQ(left_out > 0, is_said);
}

TEST(Sensitivity, NamesTheRegionsThatBreakEachOther) {
    EXPECT_EQ(together_sentence(0.4, 0.1, {{"a", 0.01, 0.1}, {"b", 0.05, 0.35}, {"c", 0.02, 0.2}}),
              "All regions together lose 0.4, 4 times the sum of what each loses alone: they break each other. Left in FP32, a takes 75 % away (alone it costs "
              "0.01), c takes 50 % away (alone it costs 0.02).");
    EXPECT_EQ(together_sentence(0.4, 0, {}), "All regions together lose 0.4, though none loses anything alone.");
    EXPECT_EQ(together_sentence(0.19, 0.1, {{"a", 0.01, 0.1}}), "") << "the sum explains it";
    EXPECT_EQ(together_sentence(1e-5, 0, {{"a", 0, 0}}), "") << "nothing is lost";
}

/// Products with a bias and a Relu, and scores that a mask of -10000 is added to in front of a Softmax.
ModelPtr attention_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 16}).output("y", ElementType::float32, {1, 8, 16});
    for (const std::string name : {"q", "k", "v", "o", "u"}) {
        b.initializer("w" + name, random_floats(16 * 16, name[0], -0.5f, 0.5f), {16, 16}).initializer("b" + name, random_floats(16, name[0] + 1u), {16});
        const std::string from = name == "o" ? "z" : name == "u" ? "o" : "x";
        if (name == "o") {
            std::vector<float> mask(64, 0.f);
            for (std::size_t i = 0; i < 64; i += 3) mask[i] = -10000.f;
            b.initializer("mask", mask, {1, 8, 8});
            b.node("Transpose", {"k"}, {"kt"}, {{"perm", {0, 2, 1}}}, "turn").node("MatMul", {"q", "kt"}, {"s"}, {}, "scores");
            b.node("Add", {"s", "mask"}, {"sm"}, {}, "masked").node("Softmax", {"sm"}, {"p"}, {{"axis", -1}}, "softmax");
            b.node("MatMul", {"p", "v"}, {"z"}, {}, "mix");
        }
        b.node("MatMul", {from, "w" + name}, {name + "0"}, {}, "product_" + name).node("Add", {name + "0", "b" + name}, {name + "1"}, {}, "bias_" + name);
        b.node("Relu", {name + "1"}, {name == "u" ? "y" : name}, {}, "relu_" + name);
    }
    return make_model(b.build());
}

TEST(Sensitivity, WhatNoRecipeChangesIsNotBlamed) {
    Case a_case(attention_net());
    a_case.source.dataset = data_of({1, 8, 16});
    const Sensitivity found = a_case.run();
    const RegionErrors& scores = errors_of(a_case, found, "scores");
    EXPECT_TRUE(scores.applied_whole.empty()) << "the mask is added in float, whatever is chosen";
    EXPECT_EQ(scores.whole, 0);
    EXPECT_EQ(errors_of(a_case, found, "product_o").applied_whole.size(), 3U) << "with its Relu, in front of another product";
    for (const std::string name : {"q", "k", "v", "o", "u"}) {
        const RegionErrors& product = errors_of(a_case, found, "product_" + name);
        EXPECT_GT(product.whole, 0) << name;
        EXPECT_LT(product.whole, 1e-2) << name << ": its Relu is still there";
        ASSERT_TRUE(product.weights.has_value()) << name;
        EXPECT_LT(*product.weights, 1e-2) << name;
    }
}

TEST(Sensitivity, ARecipeDecidesWhatIsMeasured) {
    Case a_case(wide_block_net());
    a_case.source.recipe.rules.push_back({"name:\"conv4\" or name:\"relu4\"", Method::fp32, {}});
    const Sensitivity found = a_case.run({.apart = 0});
    const RegionErrors& kept = errors_of(a_case, found, "conv4");
    EXPECT_TRUE(kept.applied_whole.empty());
    EXPECT_EQ(kept.whole, 0);
    EXPECT_THAT(kept.why, HasSubstr("keeps it in FP32"));
    EXPECT_EQ(a_case.worst(found), "conv5");
    for (const RegionErrors& errors : found.regions) EXPECT_FALSE(errors.weights.has_value());
}

TEST(Sensitivity, OneCalibrationServesAllRegions) {
    const Case a_case(wide_block_net());
    Candidates candidates(a_case.source, 8, {});
    const std::size_t before = candidates.calibrations();
    EXPECT_LE(before, 2U);
    std::size_t measured = 0;
    for (const Region& region : a_case.found.list)
        for (const bool whole : {false, true}) {
            const Candidate candidate = candidates.plan({.choices = candidates.only(region.nodes), .whole = whole}, {});
            EXPECT_TRUE(!whole || !candidate.applied.empty());
            if (candidate.applied.empty()) continue;
            EXPECT_GT(candidates.measure(candidate, 4, {}).error, 0);
            ++measured;
        }
    EXPECT_GT(measured, a_case.found.list.size());
    EXPECT_EQ(candidates.calibrations(), before);
}

TEST(Sensitivity, GoesOnFromItsStateAndGivesTheSame) {
    const Case a_case(wide_block_net());
    const TempDir dir;
    const SensitivityOptions options{.apart = 3, .state = dir / "state.json"};
    const Sensitivity whole = a_case.run({.apart = 3});
    std::stop_source stop;
    int heard = 0;
    const Job stopped(stop.get_token(), {[&](std::string_view stage, std::uint64_t done, std::uint64_t) {
                                             if (stage == "regions" && done == 3 && heard++ == 0) stop.request_stop();
                                         },
                                         {},
                                         {}});
    EXPECT_THROW((void)a_case.run(options, stopped), Error);
    ASSERT_TRUE(std::filesystem::exists(options.state));
    const Sensitivity again = a_case.run(options);
    EXPECT_EQ(again, whole);
    EXPECT_EQ(a_case.run(options), whole) << "all of it is known";
}

TEST(Sensitivity, AStateOfSomethingElseIsNotUsed) {
    Case a_case(wide_block_net());
    const TempDir dir;
    const SensitivityOptions options{.apart = 0, .state = dir / "state.json"};
    const Sensitivity before = a_case.run(options);
    a_case.source.recipe.calibration.method = "percentile";
    const Sensitivity after = a_case.run(options);
    ASSERT_EQ(after.findings.size(), 1U);
    EXPECT_EQ(after.findings[0].code, "state-stale");
    EXPECT_EQ(after.regions, a_case.run({.apart = 0}).regions);
    EXPECT_NE(after.all, before.all);
    const SensitivityOptions other{.apart = 0, .state = dir.write("notes.txt", "mine")};
    EXPECT_THROW((void)a_case.run(other), Error) << "a file of someone else";
}

TEST(Sensitivity, OtherMethodsAreMeasuredToo) {
    const Case a_case(wide_block_net(), Method::fp16);
    const Sensitivity found = a_case.run();
    for (const RegionErrors& errors : found.regions) {
        EXPECT_TRUE(errors.measured);
        EXPECT_FALSE(errors.weights.has_value()) << "a float format has no codes of its own for weights";
    }
    EXPECT_LT(found.all, 1e-4);
}

/// E(S_all) = E_all, E(0) = 0, half of the sum weighs a quarter of the difference, and more is never less.
TEST(AnchoredSum, Numbers) {
    EXPECT_EQ(anchored_sum(0, 1, 2), 0);
    EXPECT_DOUBLE_EQ(anchored_sum(1, 1, 2), 2);
    EXPECT_DOUBLE_EQ(anchored_sum(0.5, 1, 2), 0.75);
    EXPECT_DOUBLE_EQ(anchored_sum(0.5, 1, 0.6), 0.4);
    EXPECT_DOUBLE_EQ(anchored_sum(0.3, 0, 0), 0.3) << "nothing to hold on to";
    for (const double all : {0.05, 0.28, 0.5, 0.9, 1.0, 3.0}) {
        double before = 0;
        for (int i = 1; i <= 100; ++i) {
            const double error = anchored_sum(i / 100.0, 1, all);
            EXPECT_GE(error, before - 1e-12) << all << " " << i;
            EXPECT_LE(error, std::max(all, 1.0));
            before = error;
        }
        EXPECT_DOUBLE_EQ(before, all);
    }
}

}  // namespace
}  // namespace vernier
