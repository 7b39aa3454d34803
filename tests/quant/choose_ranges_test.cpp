// SPDX-License-Identifier: GPL-3.0-or-later
// Scores of outputs, the rows of ranges that trials choose from, and the choice.
#include "core/quant/calibration/choose.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/quant/calibration/table.h"
#include "core/quant/edit.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/quant/static_net.h"
#include "tests/support/demo.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor floats(const std::vector<float>& values, std::vector<std::int64_t> dims) { return tensor_of(ElementType::float32, values, std::move(dims)); }

std::optional<OutputScore> score(const std::vector<Tensor>& reference, const std::vector<Tensor>& other) {
    std::vector<const Tensor*> x, y;
    for (const Tensor& tensor : reference) x.push_back(&tensor);
    for (const Tensor& tensor : other) y.push_back(&tensor);
    return score_of(x, y);
}

/// 20 dB of one sample and 40 of the other, whatever their size.
TEST(OutputScore, CountsEachSampleAlike) {
    const auto seen = score({floats({1, 0}, {1, 2}), floats({1000, 0}, {1, 2})}, {floats({1.1f, 0}, {1, 2}), floats({1010, 0}, {1, 2})});
    ASSERT_TRUE(seen);
    EXPECT_NEAR(seen->by_sample, 30, 1e-3);
    EXPECT_FALSE(seen->by_channel);
}

/// The axis of two is that of channels: one of variance 1 with errors of 0.1, one of variance 10^6 with errors of 1, which hide the first one's in a sum.
TEST(OutputScore, CountsEachChannelAlikeAgainstItsVariance) {
    const auto seen = score({floats({1, -1, 1, -1, 2000, 0, 2000, 0}, {1, 2, 4})}, {floats({1.1f, -1.1f, 1.1f, -1.1f, 2001, 1, 2001, 1}, {1, 2, 4})});
    ASSERT_TRUE(seen && seen->by_channel);
    EXPECT_NEAR(*seen->by_channel, (20 + 60) / 2.0, 1e-3);
}

TEST(OutputScore, OddValues) {
    EXPECT_FALSE(score({floats({1, kNaN}, {1, 2})}, {floats({1, 1}, {1, 2})}));
    EXPECT_FALSE(score({}, {}));
    EXPECT_FALSE(score({floats({}, {1, 0})}, {floats({}, {1, 0})}));
    EXPECT_EQ(score({floats({1, 2}, {1, 2})}, {floats({1, kNaN}, {1, 2})})->by_sample, -20);
    EXPECT_EQ(score({floats({1, 2}, {1, 2})}, {floats({1, 2}, {1, 2})})->by_sample, 100);
    EXPECT_EQ(score({floats({0, 0}, {1, 2})}, {floats({0, 1}, {1, 2})})->by_sample, -20);
    EXPECT_EQ(score({floats({1, 2}, {1, 2})}, {floats({1, 2}, {2, 1})})->by_sample, -20);
    EXPECT_FALSE(score({floats({3, 3, 3, 3}, {1, 2, 2})}, {floats({3, 3, 3, 3}, {1, 2, 2})})->by_channel) << "no channel varies";
}

TEST(OutputScore, GainsTheLeastOfAllScores) {
    const std::vector<std::optional<OutputScore>> over = {OutputScore{20, 10}, std::nullopt, OutputScore{30}};
    EXPECT_EQ(gain(over, {OutputScore{22, 11}, std::nullopt, OutputScore{33}}), 1);
    EXPECT_EQ(gain(over, {OutputScore{22, 15}, std::nullopt, OutputScore{29}}), -1);
    EXPECT_TRUE(std::isinf(gain(over, {})));
}

Observed observed(const std::vector<float>& values) {
    RangeCollector collector;
    const std::vector<std::int64_t> dims = {static_cast<std::int64_t>(values.size())};
    collector.add(values, dims);
    return collector.result();
}

std::vector<float> normal_with(float outlier) {
    std::mt19937 random(3);
    std::normal_distribution<float> draw;
    std::vector<float> values(100000);
    for (float& value : values) value = draw(random);
    values[1] = outlier;
    return values;
}

/// The more what is cut off counts, the wider the range, up to all that was seen.
TEST(RangeRows, ClippingThatCountsMoreWidensMse) {
    const Observed seen = observed(normal_with(40));
    float before = 0;
    for (const double clipping : {0.25, 1.0, 4.0, 1000.0}) {
        const float hi = range_of({.observed = seen}, {"mse", {{"clipping", clipping}}, 0}).hi;
        EXPECT_GT(hi, before);
        before = hi;
    }
    EXPECT_LE(before, 40);
    EXPECT_EQ(range_of({.observed = seen}, {"mse", {}, 0}).hi, range_of({.observed = seen}, {"mse", {{"clipping", 1}}, 0}).hi);
}

TEST(RangeRows, MiddleIsTheGeometricMean) {
    const Observed seen = observed(normal_with(-40));
    const Range all = range_of({.observed = seen}, {"minmax", {}, 0}), cut = range_of({.observed = seen}, {"percentile", {}, 0});
    const Range middle = range_of({.observed = seen}, {"middle", {}, 0});
    EXPECT_FLOAT_EQ(middle.lo, -std::sqrt(40 * -cut.lo));
    EXPECT_FLOAT_EQ(middle.hi, std::sqrt(all.hi * cut.hi));
    EXPECT_LT(middle.lo, cut.lo);
}

/// Quantiles of the exponential distribution and an outlier, on one side and on both, against the same search in numpy.
TEST(RangeRows, EntropyIsTheSearchOfTensorRt) {
    constexpr int kValues = 20000;
    std::vector<float> above;
    for (int i = 0; i < kValues; ++i) above.push_back(static_cast<float>(-std::log(1 - (i + 0.5) / kValues)));
    above.back() = 40;
    std::vector<float> below;
    for (int i = 0; i + 1 < kValues; ++i) below.push_back(-above[static_cast<std::size_t>(i)]);
    const auto entropy = [](std::vector<float> values, const std::vector<float>& more, float scale) {
        for (const float value : more) values.push_back(scale * value);
        return range_of({.observed = observed(values)}, {"entropy", {}, 0});
    };
    const Range one_side = entropy(above, {}, 1), uneven = entropy(above, below, 0.5f);
    EXPECT_EQ(one_side.lo, 0);
    EXPECT_EQ(one_side.hi, 15.9375f);
    EXPECT_EQ(uneven.hi, 8.5f);
    EXPECT_GT(uneven.lo, -8.5f) << "never wider than what was seen";
    std::vector<float> even(above.begin(), above.end() - 1);
    EXPECT_EQ(entropy(even, below, 1).hi, 9);
    EXPECT_EQ(entropy(even, below, 1).lo, -9);
    std::vector<float> uniform;
    for (int i = 0; i < kValues; ++i) uniform.push_back(static_cast<float>(i) / kValues);
    EXPECT_NEAR(entropy(uniform, {}, 1).hi, 1, 1e-4) << "nothing to cut";
}

TEST(RangeRows, AutomaticIsMseWhereNothingIsRun) {
    const Observed seen = observed(normal_with(40));
    EXPECT_EQ(settled({"auto", {}, 7}), (Calibration{"mse", {{"clipping", 4}}, 7}));
    EXPECT_EQ(settled({"percentile", {{"percentile", 99}}, 7}), (Calibration{"percentile", {{"percentile", 99}}, 7}));
    EXPECT_EQ(range_of({.observed = seen}, {"auto", {}, 0}).hi, range_of({.observed = seen}, settled({"auto", {}, 0})).hi);
}

/// A trial's draws move each end outwards by less than 2 %, each draw otherwise, and again the same.
TEST(RangeRows, ADrawWidensBothEndsALittle) {
    const Observed seen = observed(normal_with(40));
    const Calibration plain{"minmax", {}, 0};
    const Range all = range_of({.observed = seen}, plain), one = range_of({.observed = seen}, widened(plain, 1)),
                two = range_of({.observed = seen}, widened(plain, 2));
    for (const Range& draw : {one, two}) {
        EXPECT_LT(draw.lo, all.lo);
        EXPECT_GT(draw.lo, all.lo * 1.02f);
        EXPECT_GT(draw.hi, all.hi);
        EXPECT_LT(draw.hi, all.hi * 1.02f);
    }
    EXPECT_NE(one.hi, two.hi);
    EXPECT_EQ(one.hi, range_of({.observed = seen}, widened(plain, 1)).hi);
    EXPECT_EQ(widened(plain, 0), plain);
}

/// 1 % of values at 6, as a ReLU6 has them: exactly on a code or they all move. And zero stays where nothing lies below it.
TEST(RangeRows, ADrawLeavesEndsWhereValuesPileUp) {
    std::vector<float> values(1000, 1.5f);
    std::fill_n(values.begin(), 10, 6.f);
    const Observed seen = observed(values);
    EXPECT_TRUE(piles_up(seen, true));
    const Range draw = range_of({.observed = seen}, widened({"minmax", {}, 0}, 1));
    EXPECT_EQ(draw.hi, 6);
    EXPECT_EQ(draw.lo, 0);
    std::fill_n(values.begin(), 6, 1.5f);
    EXPECT_FALSE(piles_up(observed(values), true)) << "4 of 1,000";
}

TEST(RangeRows, NoMethodCutsTheLastTensor) {
    const Observed seen = observed(normal_with(40));
    for (const RangeMethod& method : range_methods()) {
        EXPECT_EQ(range_of({.observed = seen, .last = true}, {std::string(method.id), {}, 0}).hi, 40) << method.id;
    }
}

TEST(OutputScore, MeanOfDraws) {
    const auto mean = mean_of({{OutputScore{20, 10}, std::nullopt, OutputScore{30}}, {OutputScore{22, 14}, OutputScore{1}, OutputScore{31}}});
    ASSERT_EQ(mean.size(), 3U);
    EXPECT_EQ(mean[0]->by_sample, 21);
    EXPECT_EQ(mean[0]->by_channel, 12);
    EXPECT_FALSE(mean[1]);
    EXPECT_EQ(mean[2]->by_sample, 30.5);
    EXPECT_FALSE(mean[2]->by_channel);
}

QuantizeSource demo(std::uint64_t samples) {
    QuantizeSource source;
    source.runtime = runtime();
    source.model = open_model(kDemo);
    source.recipe.default_method = Method::int8_static;
    source.recipe.calibration = {"auto", {}, samples};
    source.dataset = open_dataset(kData, *source.model);
    source.options.time_prefix = false;
    return source;
}

TEST(ChooseRanges, TakesWhatKeepsMostAndSaysSo) {
    const Quantized chosen = quantize(demo(100), {});
    ASSERT_TRUE(chosen.range_choice);
    const RangeChoice& choice = *chosen.range_choice;
    ASSERT_EQ(choice.trials.size(), 6U);
    EXPECT_EQ(choice.samples, 25U);
    for (const RangeTrial& trial : choice.trials) {
        ASSERT_EQ(trial.scores.size(), 1U) << trial.title;
        if (trial.draws > 1) {
            EXPECT_LE(trial.gain, std::max(0.5, choice.trials[choice.taken].gain)) << trial.title;
        }
    }
    EXPECT_TRUE(std::any_of(chosen.findings.begin(), chosen.findings.end(), [](const Finding& each) { return each.code == "ranges-chosen"; }));
    // The file is the one that a recipe with the chosen method makes, and making it again chooses the same.
    QuantizeSource by_name = demo(100);
    by_name.recipe.calibration = choice.calibration;
    EXPECT_EQ(quantize(by_name, {}).proto->SerializeAsString(), chosen.proto->SerializeAsString());
    EXPECT_EQ(quantize(demo(100), {}).range_choice->taken, choice.taken);
}

/// A range that the recipe gives is the one that the file has, whatever the samples show; a name that nothing bears is said.
TEST(GivenRanges, StandInTheFile) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 8}).initializer("w", random_floats(64, 1), {8, 8}).initializer("v", random_floats(64, 2), {8, 8});
    b.node("MatMul", {"x", "w"}, {"m"}).node("MatMul", {"m", "v"}, {"y"}).output("y", ElementType::float32, {1, 8});
    QuantizeSource source;
    source.runtime = runtime();
    source.model = make_model(b.build());
    source.recipe.default_method = Method::int8_static;
    source.recipe.calibration.given = {{"m", {-5.1F, 20.4F}}, {"n", {-1, 1}}};
    source.dataset = std::make_shared<RandomData>(std::vector<std::int64_t>{1, 8});
    source.options.time_prefix = false;
    const Quantized result = quantize(source, {});
    const GraphEdit edit(*make_model(*result.proto));
    bool found = false;
    for (const auto& node : result.proto->graph().node()) {
        if (node.op_type() != "QuantizeLinear" || node.output(0) != "m_quantized") continue;
        found = true;
        EXPECT_NEAR(edit.floats(node.input(1)).at(0), 0.1F, 1e-6);
        EXPECT_EQ(edit.initializer(node.input(2))->raw_data(), "\x33") << "code 51";
    }
    EXPECT_TRUE(found);
    const auto said = std::find_if(result.findings.begin(), result.findings.end(), [](const Finding& each) { return each.code == "range-unused"; });
    ASSERT_NE(said, result.findings.end());
    EXPECT_EQ(said->tensor, "n");
}

TEST(ChooseRanges, RunsNothingWithFewSamples) {
    const Quantized chosen = quantize(demo(8), {});
    ASSERT_TRUE(chosen.range_choice);
    EXPECT_TRUE(chosen.range_choice->trials.empty());
    EXPECT_EQ(chosen.range_choice->calibration, (Calibration{"mse", {{"clipping", 4}}, 8}));
    EXPECT_NE(finding_of(*chosen.range_choice).text.find("too few"), std::string::npos);
}

}  // namespace
}  // namespace vernier::test
