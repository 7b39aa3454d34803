// SPDX-License-Identifier: GPL-3.0-or-later
// Codes of weights that are chosen by samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/quant/methods/weight_walk.h"
#include "core/quant/quantize.h"
#include "core/quant/rounding/compensate.h"
#include "core/quant/rounding/moments.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;
using testing::HasSubstr;

using Matrix = std::vector<std::vector<double>>;

/// Gauss and Jordan, for a reference only.
Matrix inverse(Matrix a) {
    const std::size_t n = a.size();
    Matrix b(n, std::vector<double>(n, 0));
    for (std::size_t i = 0; i < n; ++i) b[i][i] = 1;
    for (std::size_t i = 0; i < n; ++i) {
        const double pivot = a[i][i];
        for (std::size_t j = 0; j < n; ++j) a[i][j] /= pivot, b[i][j] /= pivot;
        for (std::size_t k = 0; k < n; ++k) {
            if (k == i) continue;
            const double factor = a[k][i];
            for (std::size_t j = 0; j < n; ++j) a[k][j] -= factor * a[i][j], b[k][j] -= factor * b[i][j];
        }
    }
    return b;
}

/// L with A = L Lᵀ.
Matrix cholesky(const Matrix& a) {
    Matrix l(a.size(), std::vector<double>(a.size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
            l[i][j] = i == j ? std::sqrt(sum) : sum / l[j][j];
        }
    }
    return l;
}

/// GPTQ as it is published: the upper Cholesky factor U of the inverse, and w[k] -= (w[j] - q) / U[j,j] * U[j,k] for the columns behind.
std::vector<double> published(const Matrix& h, std::vector<double> w, double step) {
    const std::size_t n = w.size();
    Matrix damped = h;
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += h[i][i] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) damped[i][i] += 0.01 * mean;
    const Matrix lower = cholesky(inverse(damped));  // its transpose is U
    std::vector<double> rounded(n);
    for (std::size_t j = 0; j < n; ++j) {
        rounded[j] = step * std::nearbyint(w[j] / step);
        const double error = (w[j] - rounded[j]) / lower[j][j];
        for (std::size_t k = j + 1; k < n; ++k) w[k] -= error * lower[k][j];
    }
    return rounded;
}

TEST(Rounding, CompensatesAsPublished) {
    constexpr std::size_t kColumns = 70, kRows = 40, kSamples = 300;
    Random random(4);
    std::vector<double> h(kColumns * kColumns, 0);
    for (std::size_t sample = 0; sample < kSamples; ++sample) {
        std::vector<double> x(kColumns);
        const double shared = random.normal();
        for (double& value : x) value = shared + 0.7 * random.normal();
        for (std::size_t i = 0; i < kColumns; ++i)
            for (std::size_t j = 0; j < kColumns; ++j) h[i * kColumns + j] += x[i] * x[j];
    }
    Matrix as_rows(kColumns);
    for (std::size_t i = 0; i < kColumns; ++i)
        as_rows[i].assign(h.begin() + static_cast<std::ptrdiff_t>(i * kColumns), h.begin() + static_cast<std::ptrdiff_t>((i + 1) * kColumns));
    const auto weights = normal_floats(kRows * kColumns, 9);
    std::vector<float> rounded(weights.size());
    const auto round = [&](std::size_t row, std::size_t i, float adjusted) { return rounded[row * kColumns + i] = 0.25f * std::nearbyint(adjusted / 0.25f); };
    compensate(weights, Compensation::of(h, kColumns), {.block = 32, .round = round});
    std::size_t other = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
        const auto first = weights.begin() + static_cast<std::ptrdiff_t>(row * kColumns);
        const auto expected = published(as_rows, {first, first + kColumns}, 0.25);
        bool same = true;
        for (std::size_t i = 0; i < kColumns; ++i) same = same && std::fabs(expected[i] - rounded[row * kColumns + i]) < 1e-6;
        other += same ? 0 : 1;
    }
    EXPECT_LE(other, 1U) << "a row may part where a number lies half way between two codes";
    std::vector<float> nearest(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) nearest[i] = 0.25f * std::nearbyint(weights[i] / 0.25f);
    double before = 0, after = 0;
    for (const double error : output_errors(weights, nearest, h, kColumns)) before += error;
    for (const double error : output_errors(weights, rounded, h, kColumns)) after += error;
    EXPECT_LT(after, 0.5 * before);
}

TEST(Rounding, AnErrorIsWhatItDoesToTheOutputs) {
    const std::vector<double> h{2, 1, 1, 3};
    const auto errors = output_errors(std::vector<float>{1, 0, 0, 1}, std::vector<float>{0, 0, 0, 3}, h, 2);
    EXPECT_DOUBLE_EQ(errors[0], 2);
    EXPECT_DOUBLE_EQ(errors[1], 12);
    EXPECT_EQ(Compensation::of({0, 0, 0, 0}, 2).columns, 0U);
}

/// Over all positions the sum of the squares of a convolution's outputs is wᵀ G w of each channel: held against the runtime.
TEST(Rounding, MomentsAreThoseOfWhatAConvMultiplies) {
    struct Form {
        Dims input, weight;
        Attrs attributes;
        std::string op = "Conv";
    };
    const std::vector<Form> forms = {
        {{2, 3, 7, 6}, {4, 3, 3, 3}, {{"pads", {1, 0, 1, 2}}, {"strides", {2, 1}}}},
        {{1, 4, 9, 9}, {6, 2, 3, 2}, {{"group", 2}, {"dilations", {2, 1}}}},
        {{1, 6, 8, 8}, {6, 1, 3, 3}, {{"group", 6}, {"auto_pad", "SAME_UPPER"}, {"strides", {2, 2}}}},
        {{2, 5, 11}, {3, 5, 4}, {{"pads", {2, 1}}}},
        {{1, 128, 5, 4}, {8, 128, 1, 1}, {}},
        {{2, 4, 5, 6}, {4, 3, 3, 2}, {{"strides", {2, 3}}, {"pads", {1, 0, 0, 1}}, {"output_padding", {1, 0}}}, "ConvTranspose"},
        {{1, 6, 7}, {6, 2, 4}, {{"group", 3}, {"strides", {2}}, {"dilations", {2}}}, "ConvTranspose"},
        {{1, 5, 4, 4}, {5, 1, 3, 3}, {{"group", 5}, {"pads", {1, 1, 1, 1}}}, "ConvTranspose"},
    };
    for (const Form& form : forms) {
        ModelBuilder b;
        const auto weights = normal_floats(element_count(form.weight), 3);
        b.input("x", ElementType::float32, Axes(form.input.begin(), form.input.end())).initializer("w", weights, form.weight);
        Axes out;
        for (std::size_t i = 0; i < form.input.size(); ++i) out.emplace_back(std::string(1, static_cast<char>('a' + i)).c_str());
        b.node(form.op, {"x", "w"}, {"y"}, form.attributes).output("y", ElementType::float32, out);
        const onnx::ModelProto proto = b.build();
        const auto values = normal_floats(element_count(form.input), 5);
        const auto outputs = open_proto(proto)->run({{"x", tensor_of(ElementType::float32, values, form.input)}});
        const auto& dims = outputs.at(0).dims;
        std::vector<double> power(static_cast<std::size_t>(dims[1]), 0);
        std::size_t plane = 1;
        for (std::size_t a = 2; a < dims.size(); ++a) plane *= static_cast<std::size_t>(dims[a]);
        const auto y = outputs[0].as<float>();
        for (std::size_t i = 0; i < y.size(); ++i) power[i / plane % power.size()] += double(y[i]) * y[i];

        const onnx::NodeProto& node = proto.graph().node(0);
        const WeightWalk walk = weight_walk(node, form.weight);
        std::vector<float> rows;
        append_rows({node, walk, form.weight}, values, form.input, 1U << 20, 0.3, rows);
        Moments moments(walk.groups, walk.inputs * walk.inner);
        MomentAdder(runtime()).add(rows, moments);
        EXPECT_EQ(moments.rows, plane * static_cast<std::size_t>(dims[0]));
        for (std::size_t o = 0; o < walk.channels; ++o) {
            const auto gram = moments.matrix(o / (walk.channels / walk.groups), false);
            std::vector<float> row;
            for (std::size_t i = 0; i < walk.inputs; ++i)
                for (std::size_t k = 0; k < walk.inner; ++k) row.push_back(weights[walk.at(o, i) + k]);
            const double expected = output_errors(row, std::vector<float>(row.size(), 0.f), gram, moments.columns)[0];
            EXPECT_NEAR(power[o] / expected, 1, 1e-4) << form.op << form.weight[0] << ' ' << o;
        }
    }
}

/// Numbers of which few vary by themselves, and whose mean is not zero: what follows from a few causes.
std::shared_ptr<MadeDataset> caused(const Dims& dims, std::uint64_t samples) {
    return std::make_shared<MadeDataset>(samples, samples, [dims](Split split, std::uint64_t index) {
        const std::size_t inner = element_count(dims) / static_cast<std::size_t>(dims.at(1)), channels = static_cast<std::size_t>(dims[1]);
        const auto mixing = normal_floats(channels * 6, 77);
        const auto causes = normal_floats(6 * inner, 1000 + 2 * index + (split == Split::calibration ? 0 : 1)),
                   noise = normal_floats(channels * inner, index + 5);
        std::vector<float> x(channels * inner);
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t p = 0; p < inner; ++p) {
                float sum = 0.1f * noise[c * inner + p] + 0.5f;
                for (std::size_t k = 0; k < 6; ++k) sum += 0.4f * mixing[c * 6 + k] * causes[k * inner + p];
                x[c * inner + p] = std::max(sum, 0.f);
            }
        }
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, x, dims);
        return sample;
    });
}

Quantized made(const ModelPtr& model, const DatasetPtr& data, Method method, const std::string& rounding) {
    Recipe recipe;
    recipe.default_method = method;
    recipe.weights.rounding = rounding;
    QuantizeOptions options;
    options.time_prefix = false;
    return quantize({runtime(), model, recipe, data, options}, {});
}

/// SQNR of all outputs on the validation samples, which nothing was chosen by.
double kept_db(const ModelPtr& model, const Quantized& result, const MadeDataset& data) {
    const auto fp32 = open_proto(model->proto()), other = open_proto(*result.proto);
    std::vector<float> x, y;
    for (std::uint64_t i = 0; i < 24; ++i) {
        const auto inputs = load_run(data, Split::validation, std::vector<std::uint64_t>{i});
        const auto expected = fp32->run(inputs), got = other->run(inputs);
        x.insert(x.end(), expected[0].as<float>().begin(), expected[0].as<float>().end());
        y.insert(y.end(), got[0].as<float>().begin(), got[0].as<float>().end());
    }
    return sqnr_db(x, y);
}

ModelPtr products() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 96, 4}).output("y", ElementType::float32, {1, 4, 24});
    b.initializer("w1", normal_floats(96 * 64, 1, 0, 0.1F), {96, 64}).initializer("w2", normal_floats(64 * 24, 2, 0, 0.1F), {64, 24});
    b.node("Transpose", {"x"}, {"t"}, {{"perm", {0, 2, 1}}}).node("MatMul", {"t", "w1"}, {"m"}).node("Relu", {"m"}, {"r"}).node("MatMul", {"r", "w2"}, {"y"});
    return make_model(b.build());
}

const Finding* said(const Quantized& result) {
    const auto found = std::find_if(result.findings.begin(), result.findings.end(), [](const Finding& each) { return each.code == "weights-rounded"; });
    return found == result.findings.end() ? nullptr : &*found;
}

TEST(Rounding, FourBitsKeepMoreBySamples) {
    const ModelPtr model = products();
    const Method method = *method_from_id("int4-weight-only");
    const auto data = caused({1, 96, 4}, 96);
    const Quantized fitted = made(model, data, method, "fitted"), chosen = made(model, data, method, "samples");
    EXPECT_GT(kept_db(model, chosen, *data), kept_db(model, fitted, *data) + 2);
    ASSERT_NE(said(chosen), nullptr);
    EXPECT_THAT(said(chosen)->text, HasSubstr("codes chosen by samples"));
    EXPECT_EQ(said(fitted), nullptr);
    EXPECT_EQ(chosen.proto->ByteSizeLong(), fitted.proto->ByteSizeLong());
}

TEST(Rounding, NothingIsChosenByFewSamplesOrNone) {
    const ModelPtr model = products();
    const Method method = *method_from_id("int4-weight-only");
    const Quantized fitted = made(model, nullptr, method, "fitted");
    for (const DatasetPtr& data : {DatasetPtr(), DatasetPtr(caused({1, 96, 4}, 12))}) {
        const Quantized chosen = made(model, data, method, "samples");
        ASSERT_NE(said(chosen), nullptr);
        EXPECT_THAT(said(chosen)->text, HasSubstr(data ? "too few" : "no samples"));
        EXPECT_EQ(chosen.proto->SerializeAsString(), fitted.proto->SerializeAsString());
    }
}

/// A narrow network whose errors grow by each layer: Conv, depthwise Conv with padding, Conv, and a Gemm.
ModelPtr narrow() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 12, 8, 8}).output("y", ElementType::float32, {1, 10});
    b.initializer("w1", normal_floats(24 * 12, 1, 0, 0.3F), {24, 12, 1, 1}).initializer("w2", normal_floats(24 * 9, 2, 0.05F, 0.3F), {24, 1, 3, 3});
    b.initializer("w3", normal_floats(32 * 24 * 9, 3, 0, 0.1F), {32, 24, 3, 3}).initializer("w4", normal_floats(10 * 32, 4, 0, 0.2F), {10, 32});
    b.node("Conv", {"x", "w1"}, {"c1"}).node("Relu", {"c1"}, {"r1"}).node("Conv", {"r1", "w2"}, {"c2"}, {{"group", 24}, {"pads", {1, 1, 1, 1}}});
    b.node("Relu", {"c2"}, {"r2"}).node("Conv", {"r2", "w3"}, {"c3"}, {{"pads", {1, 1, 1, 1}}, {"strides", {2, 2}}}).node("Relu", {"c3"}, {"r3"});
    b.node("GlobalAveragePool", {"r3"}, {"p"}).node("Flatten", {"p"}, {"f"}).node("Gemm", {"f", "w4"}, {"y"}, {{"transB", 1}});
    return make_model(b.build());
}

/// Codes of the last Conv, [32, inputs, 3, 3]: its inputs may have grown by channels of zeros.
std::vector<std::int8_t> codes_of_third(const onnx::ModelProto& proto) {
    for (const auto& tensor : proto.graph().initializer()) {
        if (tensor.data_type() != onnx::TensorProto::INT8 || tensor.dims_size() != 4 || tensor.dims(1) < 24 || tensor.dims(2) != 3) continue;
        return {tensor.raw_data().begin(), tensor.raw_data().end()};
    }
    return {};
}

TEST(Rounding, StaticKeepsMoreBySamplesAndItsSumsStayExact) {
    const ModelPtr model = narrow();
    const auto data = caused({1, 12, 8, 8}, 64);
    const Quantized nearest = made(model, data, Method::int8_static, "nearest"), chosen = made(model, data, Method::int8_static, "samples");
    ASSERT_NE(said(chosen), nullptr);
    EXPECT_THAT(said(chosen)->text, HasSubstr("chosen by samples"));
    EXPECT_GT(kept_db(model, chosen, *data), kept_db(model, nearest, *data) + 0.5);
    const auto codes = codes_of_third(*chosen.proto), before = codes_of_third(*nearest.proto);
    ASSERT_GE(codes.size(), 32U * 24 * 9);
    EXPECT_NE(codes, before);
    const std::size_t inputs = codes.size() / (std::size_t{32} * 9);
    for (std::size_t o = 0; o < 32; ++o) {
        for (std::size_t tap = 0; tap < 9; ++tap) {
            for (std::size_t i = 1; i < inputs; i += 2) {  // the kernel walks over the inputs of a tap in pairs
                const std::size_t at = (o * inputs + i) * 9 + tap;
                EXPECT_LE(std::abs(codes[at] + codes[at - 9]), 128);
            }
        }
    }
}

TEST(Rounding, WeightsAloneKeepMoreBySamplesToo) {
    const ModelPtr model = narrow();
    const Method method = *method_from_id("int8-weight-only");
    const auto data = caused({1, 12, 8, 8}, 64);
    const Quantized fitted = made(model, data, method, "fitted"), chosen = made(model, data, method, "samples");
    EXPECT_GT(kept_db(model, chosen, *data), kept_db(model, fitted, *data) + 1);
}

TEST(Rounding, FourBitsOfConvolutionsKeepMoreBySamplesToo) {
    const ModelPtr model = narrow();
    const Method method = *method_from_id("int4-weight-only");
    const auto data = caused({1, 12, 8, 8}, 64);
    const Quantized fitted = made(model, data, method, "fitted"), chosen = made(model, data, method, "samples");
    EXPECT_EQ(chosen.plan.count(method), 3U) << "the depthwise one has 8 bits";
    EXPECT_GT(kept_db(model, chosen, *data), kept_db(model, fitted, *data) + 2);
    EXPECT_EQ(chosen.proto->ByteSizeLong(), fitted.proto->ByteSizeLong());
}

/// A ConvTranspose with groups, whose blocks lie across output channels, and the input of a recurrent layer in two directions.
TEST(Rounding, FourBitsOfOtherLayersKeepMoreBySamplesToo) {
    ModelBuilder up;
    up.input("x", ElementType::float32, {1, 16, 6, 6}).output("y", ElementType::float32, {1, 16, 12, 12});
    up.initializer("w", normal_floats(16 * 8 * 16, 1, 0, 0.3F), {16, 8, 4, 4});
    up.node("ConvTranspose", {"x", "w"}, {"y"}, {{"group", 2}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}});
    ModelBuilder cells;
    cells.input("x", ElementType::float32, {1, 24, 10}).output("y", ElementType::float32, {10, 2, 1, 8});
    cells.initializer("w", normal_floats(2 * 24 * 24, 2, 0, 0.2F), {2, 24, 24}).initializer("r", std::vector<float>(2 * 24 * 8, 0.F), {2, 24, 8});
    cells.node("Transpose", {"x"}, {"t"}, {{"perm", {2, 0, 1}}}).node("GRU", {"t", "w", "r"}, {"y"}, {{"hidden_size", 8}, {"direction", "bidirectional"}});
    const Method method = *method_from_id("int4-weight-only");
    for (const bool recurrent : {false, true}) {
        const ModelPtr model = make_model((recurrent ? cells : up).build());
        const auto data = recurrent ? caused({1, 24, 10}, 64) : caused({1, 16, 6, 6}, 64);
        const Quantized fitted = made(model, data, method, "fitted"), chosen = made(model, data, method, "samples");
        EXPECT_GT(kept_db(model, chosen, *data), kept_db(model, fitted, *data) + 1) << recurrent;
    }
}

/// Half of the samples are zeros, on which rounding weights costs nothing: a mean given back would spoil those.
TEST(Rounding, BiasesStayWhereGivingBackHarms) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 8, 4, 4}).output("y", ElementType::float32, {1, 8, 4, 4});
    b.initializer("w", normal_floats(8 * 8, 1), {8, 8, 1, 1}).initializer("b", random_floats(8, 2, 1.F, 2.F), {8});
    b.node("Conv", {"x", "w", "b"}, {"y"});
    const ModelPtr model = make_model(b.build());
    const auto data = std::make_shared<MadeDataset>(32, 32, [](Split, std::uint64_t index) {
        Sample sample;
        sample.inputs["x"] =
            tensor_of(ElementType::float32, index / 4 % 2 == 0 ? std::vector<float>(128, 0.F) : random_floats(128, index, 0.F, 4.F), {1, 8, 4, 4});
        return sample;
    });
    for (const char* id : {"int8-weight-only", "int4-weight-only"}) {
        const Method method = *method_from_id(id);
        const Quantized result = made(model, data, method, "fitted"), plain = made(model, nullptr, method, "fitted");
        EXPECT_EQ(result.proto->SerializeAsString(), plain.proto->SerializeAsString()) << id;
        EXPECT_TRUE(std::any_of(result.findings.begin(), result.findings.end(), [](const Finding& each) { return each.code == "biases-kept"; })) << id;
    }
}

TEST(Rounding, AMeanOfTheQuantizedModelIsGivenBackToo) {
    const std::vector<float> weight{1, 2, 3, 4};
    const Int8Weight rounded{{1, 2, 3, 5}, {1.f}};
    const WeightWalk walk{.channels = 2, .channel_stride = 2, .inputs = 2, .input_stride = 1};
    EXPECT_EQ(bias_shift(weight, rounded, walk, {1, 2}), (std::vector<float>{0, -2}));
    EXPECT_EQ(bias_shift(weight, rounded, walk, {1, 2}, {1, 1}), (std::vector<float>{2, 3}));
    EXPECT_TRUE(bias_shift(weight, rounded, walk, {1, 2}, {1}).empty());
    EXPECT_EQ(bias_shift(weight, std::vector<float>{1, 2, 3, 5}, walk, {1, 2}, {1, 1}), (std::vector<float>{2, 3}));
}

}  // namespace
}  // namespace vernier
