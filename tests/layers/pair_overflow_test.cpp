// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/pair_overflow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/provenance.h"
#include "core/base/tensor.h"
#include "core/runtime/runtime.h"
#include "tests/support/model_builder.h"

namespace vernier {
namespace {

using Dims = std::vector<std::int64_t>;

/// Bytes without an order, the same on each run.
template <class T>
std::vector<T> bytes(std::size_t count, std::uint32_t seed) {
    std::vector<T> out(count);
    for (T& each : out) {
        seed = seed * 1664525U + 1013904223U;
        each = static_cast<T>(seed >> 24U);
    }
    return out;
}

std::int64_t clipped(std::int64_t sum) { return std::clamp<std::int64_t>(sum, -32768, 32767); }

TEST(PairOverflow, AProductClipsEachPairAlone) {
    const PairOverflow overflow({.weights = {127, 127, -128, -128, 100, 27}, .dims = {6, 1}, .conv = false, .scales = {0.5F}});
    EXPECT_EQ(overflow.risky(), 2U) << "100 + 27 is not above 128";
    const std::vector<std::uint8_t> codes = {255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0};
    std::vector<float> outputs(2, 1.F);
    const ClippedPairs seen = overflow.add(codes, Dims{2, 6}, outputs, Dims{2, 1});
    // 64770 becomes 32767, and -65280 becomes -32768.
    EXPECT_FLOAT_EQ(outputs[0], 1 + 0.5F * (-32003 + 32512));
    EXPECT_FLOAT_EQ(outputs[1], 1) << "32512 fits";
    EXPECT_EQ(seen.clipped, 2U);
    EXPECT_EQ(seen.pairs, 6U);
    EXPECT_EQ(seen.touched, 1U);
    EXPECT_EQ(seen.values, 2U);
}

struct ConvCase {
    std::string name;
    Dims weight, input;
    std::int64_t group = 1;
    Dims pads = {}, strides = {}, dilations = {};
};

/// Sums of one output, exact and with each pair clipped, as written down: k over taps, then over input channels.
struct BothSums {
    std::int64_t exact = 0, clipped = 0;
};

class PlainConv {
public:
    PlainConv(const ConvCase& conv, std::vector<std::int8_t> weights, std::vector<std::uint8_t> codes, std::uint8_t zero)
        : conv_(conv), weights_(std::move(weights)), codes_(std::move(codes)), zero_(zero) {}
    [[nodiscard]] Dims output() const {
        Dims dims = {conv_.input[0], conv_.weight[0]};
        for (std::size_t a = 0; a < 2; ++a)
            dims.push_back((conv_.input[2 + a] + pad(a) + pad(2 + a) - dilation(a) * (conv_.weight[2 + a] - 1) - 1) / stride(a) + 1);
        return dims;
    }
    [[nodiscard]] BothSums at(std::int64_t channel, std::int64_t y, std::int64_t x) const {
        std::vector<std::int64_t> products;
        const std::int64_t inputs = conv_.weight[1], first = channel / (conv_.weight[0] / conv_.group) * inputs;
        for (std::int64_t ky = 0; ky < conv_.weight[2]; ++ky)
            for (std::int64_t kx = 0; kx < conv_.weight[3]; ++kx)
                for (std::int64_t c = 0; c < inputs; ++c)
                    products.push_back(code(first + c, y * stride(0) - pad(0) + ky * dilation(0), x * stride(1) - pad(1) + kx * dilation(1)) *
                                       weights_[static_cast<std::size_t>(((channel * inputs + c) * conv_.weight[2] + ky) * conv_.weight[3] + kx)]);
        if (products.size() % 2 == 1) products.push_back(0);
        BothSums sums;
        for (std::size_t k = 0; k < products.size(); k += 2) {
            sums.exact += products[k] + products[k + 1];
            sums.clipped += clipped(products[k] + products[k + 1]);
        }
        return sums;
    }

private:
    [[nodiscard]] std::int64_t pad(std::size_t a) const { return conv_.pads.empty() ? 0 : conv_.pads[a]; }
    [[nodiscard]] std::int64_t stride(std::size_t a) const { return conv_.strides.empty() ? 1 : conv_.strides[a]; }
    [[nodiscard]] std::int64_t dilation(std::size_t a) const { return conv_.dilations.empty() ? 1 : conv_.dilations[a]; }
    [[nodiscard]] std::int64_t code(std::int64_t c, std::int64_t y, std::int64_t x) const {
        if (y < 0 || y >= conv_.input[2] || x < 0 || x >= conv_.input[3]) return zero_;
        return codes_[static_cast<std::size_t>((c * conv_.input[2] + y) * conv_.input[3] + x)];
    }
    ConvCase conv_;
    std::vector<std::int8_t> weights_;
    std::vector<std::uint8_t> codes_;
    std::uint8_t zero_;
};

class PairOverflowOf : public testing::TestWithParam<ConvCase> {};

TEST_P(PairOverflowOf, ChangesEachOutputByWhatIsClipped) {
    const ConvCase& conv = GetParam();
    const auto weights = bytes<std::int8_t>(element_count(conv.weight), 7);
    const auto codes = bytes<std::uint8_t>(element_count(conv.input), 11);
    const PlainConv plain(conv, weights, codes, 200);
    const Dims output = plain.output();
    const PairOverflow overflow({.weights = weights,
                                 .dims = conv.weight,
                                 .group = conv.group,
                                 .pads = conv.pads,
                                 .strides = conv.strides,
                                 .dilations = conv.dilations,
                                 .scales = {1},
                                 .zero_point = 200});
    std::vector<float> outputs(element_count(output), 0.F);
    const ClippedPairs seen = overflow.add(codes, conv.input, outputs, output);
    std::uint64_t touched = 0;
    std::size_t at = 0;
    for (std::int64_t channel = 0; channel < output[1]; ++channel)
        for (std::int64_t y = 0; y < output[2]; ++y)
            for (std::int64_t x = 0; x < output[3]; ++x, ++at) {
                const BothSums sums = plain.at(channel, y, x);
                EXPECT_EQ(outputs[at], static_cast<float>(sums.clipped - sums.exact)) << channel << " " << y << " " << x;
                touched += sums.clipped != sums.exact ? 1 : 0;
            }
    EXPECT_GT(touched, 0U);
    EXPECT_GE(seen.touched, touched) << "what is clipped above and below may cancel";
    EXPECT_EQ(seen.pairs, outputs.size() * (element_count(conv.weight) / static_cast<std::uint64_t>(conv.weight[0]) / 2));
}

INSTANTIATE_TEST_SUITE_P(Forms, PairOverflowOf,
                         testing::Values(ConvCase{"plain", {4, 6, 3, 3}, {1, 6, 7, 5}}, ConvCase{"padded", {3, 4, 3, 3}, {1, 4, 5, 5}, 1, {1, 2, 1, 0}},
                                         ConvCase{"strided", {3, 4, 3, 2}, {1, 4, 9, 8}, 1, {1, 0, 1, 0}, {2, 3}},
                                         ConvCase{"dilated", {2, 4, 3, 3}, {1, 4, 9, 9}, 1, {0, 0, 0, 0}, {1, 1}, {2, 3}},
                                         ConvCase{"grouped", {6, 4, 3, 3}, {1, 8, 6, 6}, 2, {1, 1, 1, 1}}, ConvCase{"odd", {3, 3, 3, 3}, {1, 3, 6, 6}},
                                         ConvCase{"point", {5, 8, 1, 1}, {1, 8, 4, 4}}),
                         [](const testing::TestParamInfo<ConvCase>& info) { return info.param.name; });

template <typename Code>
onnx::TensorProto codes_of(const std::string& name, ElementType type, const std::vector<Code>& codes, const Dims& dims) {
    onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(static_cast<int>(type));
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(codes.data(), codes.size());
    return tensor;
}

/// The codes that the runtime's own integer kernel makes: Y = sums * 2^-k, with a zero point in the middle.
std::vector<std::uint8_t> executed(const std::vector<std::uint8_t>& a, const std::vector<std::int8_t>& b, const Dims& dims, float out_scale) {
    test::ModelBuilder builder;
    builder.input("a", ElementType::uint8, {dims[0], dims[1]}).initializer(codes_of("b", ElementType::int8, b, {dims[1], dims[2]}));
    builder.initializer("one", std::vector<float>{1.F}, {}).initializer("out", std::vector<float>{out_scale}, {});
    const auto zero_point = [&](const std::string& name, ElementType type, std::uint8_t value) {
        builder.initializer(codes_of(name, type, std::vector<std::uint8_t>{value}, {}));
    };
    zero_point("za", ElementType::uint8, 0);
    zero_point("zb", ElementType::int8, 0);
    zero_point("zy", ElementType::uint8, 128);
    builder.node("QLinearMatMul", {"a", "one", "za", "b", "one", "zb", "out", "zy"}, {"y"}).output("y", ElementType::uint8, {dims[0], dims[2]});
    const std::string model = builder.bytes();
    const auto session = Session::open(Runtime::load(), std::as_bytes(std::span(model)), {}, {});
    Tensor input{ElementType::uint8, {dims[0], dims[1]}, {}};
    const auto raw = std::as_bytes(std::span(a));
    input.bytes.assign(raw.begin(), raw.end());
    const auto outputs = session->run({{"a", input}});
    const auto codes = outputs.at(0).as<std::uint8_t>();
    return {codes.begin(), codes.end()};
}

TEST(PairOverflow, IsWhatACpuWithoutVnniComputes) {
    const Host host = this_host();
    if (!int8_flags(host).ends_with("AVX2, no VNNI")) GTEST_SKIP() << "this CPU sums in 32 bits: " << int8_flags(host);
    const std::int64_t rows = 5, k = 64, n = 16;
    const auto a = bytes<std::uint8_t>(static_cast<std::size_t>(rows * k), 3);
    const auto b = bytes<std::int8_t>(static_cast<std::size_t>(k * n), 5);
    std::vector<float> sums(static_cast<std::size_t>(rows * n), 0.F);
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < n; ++c)
            for (std::int64_t i = 0; i < k; ++i)
                sums[static_cast<std::size_t>(r * n + c)] +=
                    static_cast<float>(a[static_cast<std::size_t>(r * k + i)] * b[static_cast<std::size_t>(i * n + c)]);
    const std::vector<float> exact = sums;
    const ClippedPairs seen = PairOverflow({.weights = b, .dims = {k, n}, .conv = false, .scales = {1}}).add(a, Dims{rows, k}, sums, Dims{rows, n});
    ASSERT_GT(seen.touched, 10U);
    const float step = 2048;
    const std::vector<std::uint8_t> ran = executed(a, b, {rows, k, n}, step);
    const auto code = [&](float sum) { return static_cast<int>(std::clamp(std::nearbyint(sum / step) + 128, 0.F, 255.F)); };
    int as_exact = 0;
    for (std::size_t i = 0; i < ran.size(); ++i) {
        EXPECT_EQ(int{ran[i]}, code(sums[i])) << i;
        as_exact += int{ran[i]} == code(exact[i]) ? 1 : 0;
    }
    EXPECT_LT(as_exact, static_cast<int>(ran.size()));
}

}  // namespace
}  // namespace vernier
