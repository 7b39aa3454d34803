// SPDX-License-Identifier: GPL-3.0-or-later
// Sums that are far smaller than their terms: the upper bins of a Fourier transform of sound.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {
namespace {

constexpr std::int64_t kSamples = 512, kWindow = 32, kFirst = 4, kBins = 12;  // bins of 16

/// The upper bins of a spectrum as a convolution over sound, then a product.
ModelPtr spectrum() {
    std::vector<float> filters;
    for (std::int64_t bin = 0; bin < kBins; ++bin)
        for (std::int64_t n = 0; n < kWindow; ++n) {
            const double turn = 2 * std::numbers::pi * double(n) / double(kWindow);
            filters.push_back(static_cast<float>((0.5 - 0.5 * std::cos(turn)) * std::cos(double(kFirst + bin) * turn)));
        }
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 1, kSamples}).initializer("filters", filters, {kBins, 1, kWindow});
    b.initializer("w", random_floats(kBins * 4, 3), {4, kBins, 1});
    b.node("Conv", {"x", "filters"}, {"bins"}, {{"strides", {8}}}, "transform");
    b.node("Mul", {"bins", "bins"}, {"power"}, {}, "power").node("Log", {"power"}, {"logs"}, {}, "log");
    b.node("Conv", {"logs", "w"}, {"y"}, {}, "head");
    b.output("y", ElementType::float32, {1, 4, "T"});
    return make_model(b.build());
}

Quantized quantized(const ModelPtr& model, bool smooth) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    const auto data = std::make_shared<MadeDataset>(12, 12, [smooth](Split, std::uint64_t index) {
        auto values = random_floats(kSamples, static_cast<unsigned>(index + 1));
        for (std::size_t i = 0; smooth && i < values.size(); ++i) values[i] = static_cast<float>(std::sin(double(i) / 20 + double(index))) + 0.001f * values[i];
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, values, {1, 1, kSamples});
        return sample;
    });
    return quantize({runtime(), model, recipe, data, {.time_prefix = false}}, {});
}

TEST(LostSums, ATransformOfSoundStaysInFloat) {
    const auto model = spectrum();
    const Quantized result = quantized(model, true);
    EXPECT_EQ(result.plan.nodes.at(0).applied, Method::fp32);
    EXPECT_EQ(result.plan.nodes.at(3).applied, Method::int8_static);
    EXPECT_TRUE(std::any_of(result.findings.begin(), result.findings.end(), [](const Finding& finding) {
        return finding.code == "range-shared" && finding.node_name == "transform" && finding.text.find("nearly cancel") != std::string::npos;
    }));
}

TEST(LostSums, ATransformOfNoiseIsInt8) { EXPECT_EQ(quantized(spectrum(), false).plan.nodes.at(0).applied, Method::int8_static); }

/// One filter over sound whose loudness changes, squared, and its logarithm.
ModelPtr loudness(bool with_log) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 1, kSamples}).initializer("w", random_floats(4 * 16, 5), {4, 1, 16});
    b.node("Conv", {"x", "w"}, {"a"}, {{"strides", {8}}}, "filter").node("Mul", {"a", "a"}, {"p"}, {}, "power");
    b.node(with_log ? "Log" : "Identity", {"p"}, {"y"}, {}, "last").output("y", ElementType::float32, {1, 4, "T"});
    return make_model(b.build());
}

TEST(LostSums, QuietSoundInFrontOfALogarithmStaysInFloat) {
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    const auto data = std::make_shared<MadeDataset>(12, 12, [](Split, std::uint64_t index) {
        auto values = random_floats(kSamples, static_cast<unsigned>(index + 1));
        for (std::size_t i = 0; i < values.size(); ++i) values[i] *= i % 128 < 16 ? 1.f : 0.003f;
        Sample sample;
        sample.inputs["x"] = tensor_of(ElementType::float32, values, {1, 1, kSamples});
        return sample;
    });
    const auto with = quantize({runtime(), loudness(true), recipe, data, {.time_prefix = false}}, {});
    EXPECT_EQ(with.plan.nodes.at(0).applied, Method::fp32);
    EXPECT_TRUE(std::any_of(with.findings.begin(), with.findings.end(),
                            [](const Finding& finding) { return finding.code == "range-shared" && finding.text.find("logarithm") != std::string::npos; }));
    EXPECT_EQ(quantize({runtime(), loudness(false), recipe, data, {.time_prefix = false}}, {}).plan.nodes.at(0).applied, Method::int8_static);
}

}  // namespace
}  // namespace vernier::test
