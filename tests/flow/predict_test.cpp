// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/predict.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/provenance.h"
#include "core/layers/tensor_error.h"
#include "core/model/weights.h"
#include "core/quant/quantize.h"
#include "tests/quant/static_net.h"

namespace vernier {
namespace {

using namespace test;

const std::vector<std::int64_t> kInput = {1, 16, 12, 12};

/// All positive weights, whose neighbours add up, on inputs that are mostly large.
ModelPtr loud_net() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 12, 12});
    std::vector<float> w = random_floats(16 * 16 * 9, 3), v = random_floats(16 * 10, 4);
    for (float& each : w) each = 0.7F + 0.3F * std::abs(each);
    b.initializer("w", w, {16, 16, 3, 3}).initializer("v", v, {10, 16});
    b.node("Conv", {"x", "w"}, {"c"}, {{"pads", {1, 1, 1, 1}}}, "conv").node("ReduceMean", {"c"}, {"p"}, {{"axes", {2, 3}}}).node("Flatten", {"p"}, {"f"});
    b.node("Gemm", {"f", "v"}, {"y"}, {{"transB", 1}}, "head").output("y", ElementType::float32, {1, 10});
    return make_model(b.build());
}

ModelPtr quantized(const ModelPtr& model, WeightRange range) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    recipe.weight_range = range;
    QuantizeOptions options;
    options.time_prefix = false;
    return make_model(*quantize({runtime(), model, recipe, std::make_shared<RandomData>(kInput), options}, {}).proto);
}

Prediction predicted(const ModelPtr& model, const ModelPtr& file, CpuKind cpu) {
    return predict(runtime(), {model, file, std::make_shared<RandomData>(kInput)}, cpu, 8, {});
}

TEST(Predict, KindsOfCpusHaveNames) {
    EXPECT_EQ(cpu_kind_named("avx2"), CpuKind::avx2);
    EXPECT_EQ(name(CpuKind::arm), "arm");
    EXPECT_FALSE(cpu_kind_named("z80").has_value());
}

TEST(Predict, ScalesThatAreSafeClipNothing) {
    const ModelPtr model = loud_net();
    const ModelPtr file = quantized(model, WeightRange::safe);
    const Prediction there = predicted(model, file, CpuKind::avx2);
    EXPECT_TRUE(there.nodes.empty());
    EXPECT_EQ(there.there.sqnr_db, there.exact.sqnr_db);
    EXPECT_GT(there.exact.sqnr_db, 15);
    EXPECT_EQ(there.samples, 8U);
}

TEST(Predict, FullScalesClipWithoutVnniOnly) {
    const ModelPtr model = loud_net();
    const ModelPtr file = quantized(model, WeightRange::full);
    const Prediction there = predicted(model, file, CpuKind::avx2);
    ASSERT_FALSE(there.nodes.empty());
    EXPECT_EQ(file->node(there.nodes[0].node).op_type, "Conv");
    EXPECT_GT(there.nodes[0].share(), 0.01);
    EXPECT_LT(there.there.sqnr_db, there.exact.sqnr_db - 3);
    for (const CpuKind kind : {CpuKind::vnni, CpuKind::arm}) EXPECT_EQ(predicted(model, file, kind).there.sqnr_db, there.exact.sqnr_db);
}

/// What this CPU answers, with the runtime's own option for products that are exact everywhere or without.
double ran_db(const ModelPtr& model, const ModelPtr& file, bool precise) {
    Target target;
    if (precise) target.config["session.x64quantprecision"] = "1";
    const RandomData data(kInput);
    const auto session = Session::open(runtime(), std::make_shared<const onnx::ModelProto>(file->proto()), target);
    ErrorSums sums;
    for (const std::uint64_t index : pick_samples(data, Split::validation, 8)) {
        const Sample sample = data.load(Split::validation, index);
        sums.add(first_output(model->proto(), sample.inputs), to_floats(session->run(sample.inputs).at(0)));
    }
    TensorError error;
    sums.tell(error);
    return error.sqnr_db;
}

TEST(Predict, IsWhatACpuWithoutVnniAnswers) {
    const ModelPtr model = loud_net();
    const ModelPtr file = quantized(model, WeightRange::full);
    const Prediction there = predicted(model, file, CpuKind::avx2);
    EXPECT_NEAR(ran_db(model, file, true), there.exact.sqnr_db, 1.5) << "fused kernels differ from the file's arithmetic by a step";
    if (!int8_flags(this_host()).ends_with("AVX2, no VNNI")) GTEST_SKIP() << "this CPU sums in 32 bits: " << int8_flags(this_host());
    EXPECT_NEAR(ran_db(model, file, false), there.there.sqnr_db, 1);
}

}  // namespace
}  // namespace vernier
