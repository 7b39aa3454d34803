// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dialect_choice.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"
#include "core/quant/calibration/ranges.h"
#include "core/quant/recipe.h"
#include "tests/quant/static_net.h"

namespace vernier {
namespace {

using namespace test;

const onnx::TensorProto* constant(const onnx::ModelProto& proto, const std::string& name) {
    for (const onnx::TensorProto& tensor : proto.graph().initializer())
        if (tensor.name() == name) return &tensor;
    return nullptr;
}

Quantized run_dialect(const ModelPtr& model, Dialect dialect, WeightRange range = WeightRange::safe) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.dialect = dialect;
    recipe.weight_range = range;
    QuantizeOptions options;
    options.time_prefix = false;
    return quantize({runtime(), model, recipe, std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12}), options}, {});
}

std::vector<int> codes_of(const onnx::TensorProto& tensor) {
    std::vector<int> codes;
    for (const char byte : tensor.raw_data()) codes.push_back(static_cast<std::int8_t>(byte));
    return codes;
}

TEST(Dialect, SymmetricParamsSpanTheLargerSide) {
    EXPECT_EQ(s8_params({-2, 1}), (QuantParams{2.F / 127, 0}));
    EXPECT_EQ(s8_params({0, 6}), (QuantParams{6.F / 127, 0}));
    EXPECT_EQ(s8_params({0, 0}), QuantParams{});
}

TEST(Dialect, S8S8HasSignedCodesAroundZeroEverywhere) {
    const auto model = make_model(small_net().build());
    const Quantized result = run_dialect(model, Dialect::s8s8);
    std::size_t pairs = 0;
    for (const onnx::NodeProto& node : result.proto->graph().node()) {
        if (node.op_type() != "QuantizeLinear" && node.op_type() != "DequantizeLinear") continue;
        if (node.input_size() < 3) continue;  // the bias
        const onnx::TensorProto* zero = constant(*result.proto, node.input(2));
        ASSERT_NE(zero, nullptr) << node.name();
        EXPECT_EQ(zero->data_type(), onnx::TensorProto::INT8) << node.name();
        for (const int code : codes_of(*zero)) EXPECT_EQ(code, 0) << node.name();
        ++pairs;
    }
    EXPECT_GT(pairs, 8U);
    const auto ops = op_counts(*result.proto);
    EXPECT_GT(ops.at("Relu") + ops.at("Clip"), 0) << "codes of a symmetric range do not end where a clamp does";
    EXPECT_GT(agreement_db(model, result), 22) << "a bit less than U8 where values are above zero";
    EXPECT_GT(agreement_db(model, run_dialect(model, Dialect::u8s8)), 25);
}

TEST(Dialect, GatesStayRightWithoutSaturatingCodes) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    b.initializer("w", random_floats(16 * 16, 3), {16, 16, 1, 1}).initializer("v", random_floats(16 * 16, 4), {16, 16, 1, 1});
    b.node("Conv", {"x", "w"}, {"c"}).node("HardSwish", {"c"}, {"h"}).node("Conv", {"h", "v"}, {"d"}).node("HardSigmoid", {"d"}, {"s"});
    b.node("Conv", {"s", "w"}, {"y"}).output("y", ElementType::float32, {1, 16, 12, 12});
    const auto model = make_model(b.build());
    EXPECT_GT(agreement_db(model, run_dialect(model, Dialect::s8s8)), 20);
}

TEST(Dialect, WeightRangesUseTheCodesThatTheySay) {
    const auto model = make_model(small_net().build());
    const auto largest = [&](WeightRange range) {
        const Quantized result = run_dialect(model, Dialect::u8s8, range);
        int most = 0;
        for (const onnx::TensorProto& tensor : result.proto->graph().initializer())
            if (tensor.data_type() == onnx::TensorProto::INT8 && tensor.dims_size() >= 2)
                for (const int code : codes_of(tensor)) most = std::max(most, std::abs(code));
        EXPECT_GT(agreement_db(model, result), 22) << id_in(kWeightRanges, range);
        return most;
    };
    EXPECT_EQ(largest(WeightRange::full), 127);
    EXPECT_EQ(largest(WeightRange::seven_bit), 64);
}

/// The opened file, U8S8 and S8S8, in turns.
Quantized run_timed(const std::vector<double>& times, std::size_t* timed = nullptr) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.dialect = Dialect::automatic;
    QuantizeOptions options;
    options.time_prefix = false;
    options.timer = [&](const std::vector<onnx::ModelProto>& models) {
        if (timed != nullptr) *timed = models.size();
        return times;
    };
    const auto data = std::make_shared<RandomData>(std::vector<std::int64_t>{1, 16, 12, 12});
    return quantize({runtime(), make_model(small_net().build()), recipe, data, options}, {});
}

bool is_signed(const Quantized& result) {
    const auto& initializers = result.proto->graph().initializer();
    return std::any_of(initializers.begin(), initializers.end(),
                       [](const auto& tensor) { return tensor.name() == "x_zero_point" && tensor.data_type() == onnx::TensorProto::INT8; });
}

TEST(Dialect, AutomaticTakesWhatRunsFaster) {
    std::size_t timed = 0;
    const Quantized faster = run_timed({3, 2, 1.5}, &timed);
    EXPECT_EQ(timed, 2U);
    ASSERT_NE(faster.dialect_choice, nullptr);
    EXPECT_EQ(faster.dialect_choice->taken, Dialect::s8s8);
    EXPECT_TRUE(is_signed(faster));
    const auto said = std::find_if(faster.findings.begin(), faster.findings.end(), [](const Finding& each) { return each.code == "dialect-chosen"; });
    ASSERT_NE(said, faster.findings.end());
    EXPECT_EQ(said->text, "Integers of static INT8: S8S8. On CPU U8S8 runs in 2 ms, S8S8 in 1.5 ms, FP32 in 3 ms.");
    EXPECT_EQ(to_json(*faster.dialect_choice).at("trials").size(), 2U);

    const Quantized alike = run_timed({3, 2, 1.96});
    EXPECT_EQ(alike.dialect_choice->taken, Dialect::u8s8) << "2 % are no reason";
    EXPECT_FALSE(is_signed(alike));
    const Quantized untimed = run_timed({});
    EXPECT_TRUE(untimed.dialect_choice->trials.empty());
    EXPECT_FALSE(is_signed(untimed));
}

TEST(Dialect, ARecipeKeepsItAndRefusesOthers) {
    Recipe recipe;
    EXPECT_FALSE(to_json(recipe).contains("dialect")) << "what is usual is not written";
    recipe.dialect = Dialect::s8s8;
    recipe.weight_range = WeightRange::seven_bit;
    const Json json = to_json(recipe);
    EXPECT_EQ(json.at("dialect"), "s8s8");
    EXPECT_EQ(json.at("weight_range"), "7bit");
    EXPECT_EQ(recipe_from_json(json), recipe);
    for (const char* key : {"dialect", "weight_range"}) {
        Json wrong = json;
        wrong[key] = "s9";
        EXPECT_THROW((void)recipe_from_json(wrong), Error) << key;
        wrong[key] = 3;
        EXPECT_THROW((void)recipe_from_json(wrong), Error) << key;
    }
}

}  // namespace
}  // namespace vernier
