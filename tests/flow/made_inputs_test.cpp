// SPDX-License-Identifier: GPL-3.0-or-later
// Models without samples are checked at the sizes that the user gave.
#include "core/flow/made_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "core/flow/quantize_file.h"
#include "core/model/sizes.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {
namespace {

using Dims = std::vector<std::int64_t>;

/// Runs at T = 7 only: all of a sample becomes one row of 28.
ModelBuilder seven_steps() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", "T", 4}).initializer("rows", std::vector<std::int64_t>{1, 28}, {2});
    b.initializer("w", random_floats(28 * 6, 1), {28, 6});
    b.node("Reshape", {"x", "rows"}, {"flat"}).node("MatMul", {"flat", "w"}, {"y"}).output("y", ElementType::float32, {1, 6});
    return b;
}

QuantizedFile quantized(const TempDir& folder, const SizeChoices& sizes) {
    QuantizeRequest request;
    request.model = folder.write("model.onnx", seven_steps().bytes());
    request.out = folder / "out.onnx";
    request.recipe.default_method = Method::fp16;
    request.sizes = sizes;
    return quantize_file(Runtime::load(), request, {});
}

TEST(MadeInputs, HaveTheSizesThatWereGivenInEachTry) {
    const TempDir folder;
    ModelBuilder b;
    b.input("a", ElementType::float32, {"N", "T", 4}).input("b", ElementType::float32, {"N", "C", "H", 32});
    b.node("Relu", {"a"}, {"ya"}).node("Relu", {"b"}, {"yb"});
    b.output("ya", ElementType::float32, {"N", "T", 4}).output("yb", ElementType::float32, {"N", "C", "H", 32});
    const ModelPtr opened = open_model(folder.write("two.onnx", b.bytes()));
    SizeChoices choices;
    add_dim(choices, "T=9");
    add_shape(choices, "b=2x3x48x32");
    const ModelPtr model = with_sizes(opened, input_sizes(*opened, choices));
    for (const MadeSizes& sizes : {MadeSizes{}, MadeSizes{false, 16, 64}}) {
        const Inputs made = made_inputs(*model, sizes, 1);
        ASSERT_EQ(made.size(), 2U);
        EXPECT_EQ(made.at("a").dims, (Dims{2, 9, 4}));  // N is 2, since the shape of b says so
        EXPECT_EQ(made.at("b").dims, (Dims{2, 3, 48, 32}));
    }
    EXPECT_EQ(made_inputs(*opened, {}, 1).at("a").dims, (Dims{1, 128, 4}));
    EXPECT_EQ(made_inputs(*opened, {false, 16, 64}, 1).at("a").dims, (Dims{1, 16, 4}));
}

TEST(MadeInputs, AFileIsVerifiedAtTheGivenSizes) {
    const TempDir folder;
    SizeChoices choices;
    add_dim(choices, "T=7");
    const QuantizedFile result = quantized(folder, choices);
    EXPECT_EQ(result.verified.samples, 2U);
    const Json verified = to_json(result).at("verified");
    EXPECT_EQ(verified.at("made_shapes").at("x"), Json({1, 7, 4}));
    EXPECT_GT(verified.at("outputs").at(0).at("sqnr_db").get<double>(), 30);
    EXPECT_THAT(result.findings, testing::Not(testing::Contains(testing::Field(&Finding::code, "made-inputs-refused"))));
}

TEST(MadeInputs, WhereFp32RunsOnNoneTheFindingSaysSo) {
    const TempDir folder;
    const QuantizedFile result = quantized(folder, {});
    EXPECT_EQ(result.verified.samples, 0U);
    EXPECT_THAT(result.findings, testing::Contains(testing::AllOf(testing::Field(&Finding::code, "made-inputs-refused"),
                                                                  testing::Field(&Finding::remedy, testing::HasSubstr("--dim")))));
}

}  // namespace
}  // namespace vernier::test
