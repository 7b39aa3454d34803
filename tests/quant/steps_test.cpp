// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/quant/apply.h"
#include "core/quant/observe.h"
#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

ModelPtr small_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 3, 12, 12}).output("y", ElementType::float32, {1, 10});
    b.initializer("w1", random_floats(16 * 3 * 9, 1), {16, 3, 3, 3}).initializer("b1", random_floats(16, 2), {16});
    b.initializer("w2", random_floats(16 * 16 * 9, 3), {16, 16, 3, 3}).initializer("w3", random_floats(16 * 10, 4), {10, 16});
    b.node("Conv", {"x", "w1", "b1"}, {"c1"}, {{"pads", {1, 1, 1, 1}}}).node("Relu", {"c1"}, {"r1"});
    b.node("Conv", {"r1", "w2"}, {"c2"}, {{"pads", {1, 1, 1, 1}}}).node("Relu", {"c2"}, {"r2"});
    b.node("GlobalAveragePool", {"r2"}, {"p"}).node("Flatten", {"p"}, {"f"}).node("Gemm", {"f", "w3"}, {"y"}, {{"transB", 1}});
    return make_model(b.build());
}

DatasetPtr samples_of_x() {
    return std::make_shared<MadeDataset>(12, 2, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(3 * 12 * 12, index + 11), {1, 3, 12, 12});
        return sample;
    });
}

/// Recipes of which the first watches all that the others do.
std::vector<Recipe> recipes() {
    Recipe all;
    all.default_method = Method::int8_static;
    std::vector<Recipe> recipes(5, all);
    recipes[1].per_channel = false;
    recipes[2].calibration.method = "mse";
    recipes[3].rules.push_back({"op:Gemm", Method::fp32, {}});
    recipes[4].rules.push_back({"#2..3", Method::fp16, {}});
    return recipes;
}

TEST(Steps, ManyRecipesAreWrittenFromOneCanonicalModelAndOneRunOverTheSamples) {
    const ModelPtr model = small_net();
    const CanonicalPtr start = canonical(model);
    const auto statistics = std::make_shared<Statistics>(start);
    const DatasetPtr data = samples_of_x();
    std::vector<std::size_t> runs;
    for (const Recipe& recipe : recipes()) {
        Prepared prepared = prepare(*start, recipe);
        const Samples samples{runtime(), {}, data, recipe.calibration.samples, 1, statistics};
        const Ranges ranges = observe(prepared, samples, recipe.calibration, {});
        std::vector<Finding> findings;
        const onnx::ModelProto written = apply({prepared, ranges, recipe.calibration, findings});
        runs.push_back(statistics->runs());
        QuantizeOptions options;
        options.time_prefix = false;
        const Quantized whole = quantize({runtime(), model, recipe, data, options}, {});
        EXPECT_TRUE(written.SerializeAsString() == whole.proto->SerializeAsString()) << to_json(recipe).dump();
        EXPECT_FALSE(whole.plan.changes_nothing());
    }
    EXPECT_EQ(runs[0], 1U);
    EXPECT_EQ(runs[1], 1U) << "the same tensors were seen";
    EXPECT_EQ(runs[2], 1U) << "any range method reads what was kept";
}

TEST(Steps, AQuantizationTakesWhatWasKept) {
    const ModelPtr model = small_net();
    const CanonicalPtr start = canonical(model);
    const auto statistics = std::make_shared<Statistics>(start);
    QuantizeOptions options;
    options.time_prefix = false;
    const Recipe recipe = recipes()[0];
    const DatasetPtr data = samples_of_x();
    const Quantized first = Quantization({runtime(), model, recipe, data, options, start, statistics}, {}).result();
    const Quantized second = Quantization({runtime(), model, recipe, data, options, start, statistics}, {}).result();
    EXPECT_EQ(statistics->runs(), 1U);
    EXPECT_TRUE(first.proto->SerializeAsString() == second.proto->SerializeAsString());
    EXPECT_EQ(first.ranges, second.ranges);
}

/// What a recipe adds has a name of its own, and is not kept for others; nor is a tensor with other channels than were asked for.
TEST(Steps, StatisticsKeepTheModelsOwnTensorsAsTheyWereAskedFor) {
    Statistics statistics(canonical(small_net()));
    Observed seen;
    seen.count = 3;
    seen.channel_axis = 1;
    seen.channel_mean = {0.5};
    statistics.keep({{"c1", 1}, {"made", std::nullopt}}, {{"c1", seen}, {"made", seen}});
    EXPECT_EQ(statistics.find({{"c1", 1}}).at("c1"), seen);
    Observed plain;
    plain.count = 3;
    EXPECT_EQ(statistics.find({{"c1", std::nullopt}}).at("c1"), plain) << "as if no channel had been asked for";
    EXPECT_TRUE(statistics.find({{"c1", 2}, {"made", std::nullopt}, {"r1", 1}}).empty());
}

/// A plan reads the weights where they lie: those of the opened model, whatever is chosen.
TEST(Steps, APlanCopiesNoWeight) {
    const ModelPtr model = small_net();
    std::vector<Recipe> all = recipes();
    for (const MethodSpec& method : methods()) {
        Recipe recipe;
        recipe.default_method = method.method;
        all.push_back(recipe);
    }
    const CanonicalPtr start = canonical(model);
    for (const Recipe& recipe : all) {
        const Prepared prepared = prepare(*start, recipe);
        for (const onnx::TensorProto& weight : model->proto().graph().initializer())
            EXPECT_EQ(prepared.edit.initializer(weight.name()), &weight) << weight.name() << to_json(recipe).dump();
    }
}

}  // namespace
}  // namespace vernier
