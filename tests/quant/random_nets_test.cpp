// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "core/quant/quantize.h"
#include "tests/quant/run_fixture.h"
#include "tests/support/made_dataset.h"
#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier {
namespace {

using namespace test;

constexpr int kSize = 10;
const std::vector<std::int64_t> kInputDims{1, 6, kSize, kSize};

/// A network of randomly chosen operators that meet in all the ways a hand-written test would not think of.
class RandomNet {
public:
    explicit RandomNet(std::uint64_t seed) : random_(seed) {
        builder_.input("x", ElementType::float32, {1, 6, kSize, kSize});
        add_conv({"x", 6}, 16, 3, 1);
        const std::size_t steps = 8 + random_.below(10);
        for (std::size_t i = 0; i < steps; ++i) (this->*kSteps[random_.below(kSteps.size())])(pick());
        const Value last = values_.back();
        builder_.node("GlobalAveragePool", {last.name}, {"pooled"}).node("Flatten", {"pooled"}, {"flat"});
        builder_.node("Gemm", {"flat", constant(10 * last.channels, {10, last.channels})}, {"y"}, {{"transB", 1}});
        builder_.output("y", ElementType::float32, {1, 10});
    }

    [[nodiscard]] ModelPtr model() { return make_model(builder_.build()); }

private:
    struct Value {
        std::string name;
        std::int64_t channels;
    };
    using Step = void (RandomNet::*)(const Value&);

    Value pick() { return values_[values_.size() - 1 - random_.below(std::min<std::size_t>(values_.size(), 3))]; }
    std::string fresh() { return fmt::format("t{}", next_++); }

    std::string constant(std::int64_t count, const Dims& dims, float low = -0.7F, float high = 0.7F) {
        const std::string name = fmt::format("c{}", next_++);
        builder_.initializer(name, random_floats(static_cast<std::size_t>(count), random_.bits(), low, high), dims);
        return name;
    }

    std::string one(float value) {
        const std::string name = fmt::format("c{}", next_++);
        builder_.initializer(name, std::vector<float>{value}, {});
        return name;
    }

    Value add(const std::string& op, const Names& inputs, std::int64_t channels, const Attrs& attributes = {}) {
        const Value made{fresh(), channels};
        builder_.node(op, inputs, {made.name}, attributes);
        values_.push_back(made);
        return made;
    }

    Value add_conv(const Value& x, std::int64_t channels, int window, std::int64_t groups) {
        const std::int64_t count = channels * (x.channels / groups) * window * window;
        const Dims dims{channels, x.channels / groups, window, window};
        const auto spread = static_cast<float>(1.5 / std::sqrt(double(count) / double(channels)));
        Names inputs{x.name, constant(count, dims, -spread, spread)};
        if (random_.unit() < 0.7) inputs.push_back(constant(channels, {channels}));
        const int pad = window / 2;
        return add("Conv", inputs, channels, {{"group", groups}, {"pads", {pad, pad, pad, pad}}});
    }

    void conv(const Value& x) { add_conv(x, std::array{12, 16, 20, 24}[random_.below(4)], random_.unit() < 0.5 ? 1 : 3, 1); }
    void depthwise(const Value& x) { add_conv(x, x.channels, 3, x.channels); }
    void grouped(const Value& x) { add_conv(x, x.channels, 3, x.channels % 4 == 0 ? 4 : 1); }
    void activation(const Value& x) {
        static constexpr std::array kOps{"Relu", "Sigmoid", "HardSwish", "HardSigmoid", "Tanh", "LeakyRelu", "Softplus", "Identity"};
        add(kOps[random_.below(kOps.size())], {x.name}, x.channels);
    }
    void relu(const Value& x) { add("Relu", {x.name}, x.channels); }
    void clip(const Value& x) { add("Clip", {x.name, one(random_.unit() < 0.5 ? 0.F : -0.5F), one(random_.unit() < 0.5 ? 6.F : 0.5F)}, x.channels); }
    void swish(const Value& x) {
        const Value gate = add("Clip", {add("Add", {x.name, one(3.F)}, x.channels).name, one(0.F), one(6.F)}, x.channels);
        add("Mul", {x.name, add("Div", {gate.name, one(6.F)}, x.channels).name}, x.channels);
    }
    void norm(const Value& x) {
        const Dims dims{x.channels};
        add("BatchNormalization",
            {x.name, constant(x.channels, dims, 0.5F, 1.5F), constant(x.channels, dims), constant(x.channels, dims), constant(x.channels, dims, 0.5F, 1.5F)},
            x.channels);
    }
    void meet(const Value& x) {
        const Value other = pick();
        if (other.channels == x.channels)
            add(random_.unit() < 0.6 ? "Add" : "Mul", {x.name, other.name}, x.channels);
        else if (other.channels + x.channels <= 64)
            add("Concat", {x.name, other.name}, x.channels + other.channels, {{"axis", 1}});
    }
    void scale(const Value& x) { add("Mul", {constant(x.channels, {x.channels, 1, 1}, 0.3F, 1.3F), x.name}, x.channels); }
    void pool(const Value& x) {
        add(random_.unit() < 0.5 ? "MaxPool" : "AveragePool", {x.name}, x.channels, {{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}});
    }
    void excite(const Value& x) {
        const Value squeezed = add("GlobalAveragePool", {x.name}, x.channels);
        const Value narrow = add("Relu", {add_conv(squeezed, 8, 1, 1).name}, 8);
        const Value gate = add(random_.unit() < 0.5 ? "Sigmoid" : "HardSigmoid", {add_conv(narrow, x.channels, 1, 1).name}, x.channels);
        add("Mul", {x.name, gate.name}, x.channels);
    }

    static constexpr std::array<Step, 15> kSteps{&RandomNet::conv,       &RandomNet::conv, &RandomNet::depthwise, &RandomNet::grouped, &RandomNet::activation,
                                                 &RandomNet::activation, &RandomNet::relu, &RandomNet::clip,      &RandomNet::swish,   &RandomNet::norm,
                                                 &RandomNet::meet,       &RandomNet::meet, &RandomNet::scale,     &RandomNet::pool,    &RandomNet::excite};

    ModelBuilder builder_;
    Random random_;
    std::vector<Value> values_;
    int next_ = 0;
};

Sample sample_of(std::uint64_t index) {
    Sample sample;
    sample.inputs["x"] = tensor_of(ElementType::float32, random_floats(6 * kSize * kSize, index + 7), kInputDims);
    return sample;
}

/// INT8 for all, or any of the four methods for each node.
Recipe random_recipe(const Model& model, std::uint64_t seed, bool mixed) {
    static constexpr std::array kMethods{Method::int8_static, Method::int8_static, Method::fp32, Method::fp16, Method::int8_dynamic};
    Recipe recipe;
    recipe.default_method = Method::int8_static;
    Random random(seed + 1000);
    for (std::size_t i = 0; mixed && i < model.nodes().size(); ++i)
        recipe.rules.push_back({fmt::format("#{}", i), kMethods[random.below(kMethods.size())], {}});
    return recipe;
}

TEST(RandomNets, EveryMixOfMethodsRunsAndStaysClose) {
    const auto data =
        std::make_shared<MadeDataset>(24, 4, [](Split split, std::uint64_t index) { return sample_of(index + (split == Split::validation ? 1000 : 0)); });
    QuantizeOptions options;
    options.time_prefix = false;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const auto model = RandomNet(seed).model();
        const Sample sample = sample_of(500);
        const auto expected = first_output(model->proto(), sample.inputs);
        for (const bool mixed : {false, true}) {
            const Quantized result = quantize({runtime(), model, random_recipe(*model, seed, mixed), data, options}, {});
            EXPECT_GT(sqnr_db(expected, first_output(*result.proto, sample.inputs)), 25) << "seed " << seed << (mixed ? ", mixed" : "");
        }
    }
}

}  // namespace
}  // namespace vernier
