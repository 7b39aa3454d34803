// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

/// What is done wrong in a QDQ file of small_net().
struct Planted {
    double input_scale = 1;       ///< factor on the scale of the input
    double first_scale = 1;       ///< factor on the scale of what the first Conv makes
    double last_scale = 1;        ///< the same of the second
    double weight_scale = 1;      ///< factor on the second Conv's weight scales, codes clipped to them
    double bias_scale = 1;        ///< factor on the second Conv's bias scale, the codes being made with the right one
    int weight_axis = 0;          ///< of the second Conv
    bool swapped_scales = false;  ///< the second Conv's weight scales were computed along axis 1
    bool float_weight = false;    ///< the second Conv's weight is left in float
    bool no_quantize = false;     ///< nothing is quantized behind the second Conv
    bool float_bias = false;      ///< biases in float
    bool named = true;            ///< nodes and tensors keep their names
};

/// The weights of small_net(): two Conv of 4 channels. tiny: the first output channel of the second is as good as zero, with a large bias.
struct SmallWeights {
    explicit SmallWeights(bool tiny = false) {
        w1 = random_floats(4 * 4 * 9, 11, -0.3f, 0.3f);
        w2 = random_floats(4 * 4 * 9, 12, -0.3f, 0.3f);
        // Along axis 1 channels lie far apart, along axis 0 they do not.
        for (std::size_t i = 0; i < w2.size(); ++i) w2[i] *= i / 9 % 4 == 3 ? 1.f : 0.1f;
        if (tiny) std::fill(w2.begin(), w2.begin() + 36, 1e-10f);
        b1 = {0.3f, -0.2f, 0.1f, 0.4f};
        b2 = {tiny ? 2.f : 0.5f, -0.3f, 0.2f, -0.6f};
    }
    std::vector<float> w1, w2, b1, b2;
};

inline onnx::ModelProto small_net(const SmallWeights& weights, int opset = 13) {
    ModelBuilder b(opset);
    b.input("x", ElementType::float32, {1, 4, 6, 6}).output("y", ElementType::float32, {1, 4, 6, 6});
    b.initializer("w1", weights.w1, {4, 4, 3, 3})
        .initializer("b1", weights.b1, {4})
        .initializer("w2", weights.w2, {4, 4, 3, 3})
        .initializer("b2", weights.b2, {4});
    b.node("Conv", {"x", "w1", "b1"}, {"c1"}, {{"pads", {1, 1, 1, 1}}}, "conv1");
    b.node("Relu", {"c1"}, {"r1"}, {}, "relu1");
    b.node("Conv", {"r1", "w2", "b2"}, {"y"}, {{"pads", {1, 1, 1, 1}}}, "conv2");
    return b.build();
}

/// A QDQ file of small_net() as a careful tool writes it, but for what is planted.
class PlantedFile {
public:
    PlantedFile(const SmallWeights& weights, Planted planted) : weights_(weights), planted_(planted) {
        b_.input("x", ElementType::float32, {1, 4, 6, 6}).output("y", ElementType::float32, {1, 4, 6, 6});
        quantize("x", kInput * planted.input_scale, 128, "xq");
        conv("1", "xq", "c1", {}, kInput * planted.input_scale);
        const double step = kInner * planted.first_scale;
        quantize(name("c1"), step, 0, "rq");  // zero point 0: the Relu is in it
        Planted second = planted;
        conv("2", "rq", planted.no_quantize ? "y" : "c2", second, step);
        if (!planted.no_quantize) {
            const double last = kOutput * planted.last_scale;
            scalar("last", last, 128);
            b_.node("QuantizeLinear", {name("c2"), "last_s", "last_z"}, {"yq"});
            b_.node("DequantizeLinear", {"yq", "last_s", "last_z"}, {"y"});
        }
    }
    [[nodiscard]] onnx::ModelProto build() const { return b_.build(); }

    static constexpr double kInput = 1.0 / 127, kInner = 6.0 / 255, kOutput = 4.0 / 127;

private:
    [[nodiscard]] std::string name(const std::string& plain) const {
        return planted_.named || plain == "y" ? plain : "v" + std::to_string(std::hash<std::string>{}(plain) % 997);
    }

    void scalar(const std::string& at, double scale, std::uint8_t zero) {
        b_.initializer(at + "_s", std::vector<float>{static_cast<float>(scale)}, {});
        b_.initializer(tensor_proto(at + "_z", ElementType::uint8, std::string(1, static_cast<char>(zero)), {}));
    }

    void quantize(const std::string& from, double scale, std::uint8_t zero, const std::string& to) {
        scalar(to, scale, zero);
        b_.node("QuantizeLinear", {from, to + "_s", to + "_z"}, {to + "_codes"});
        b_.node("DequantizeLinear", {to + "_codes", to + "_s", to + "_z"}, {to});
    }

    void conv(const std::string& number, const std::string& from, const std::string& to, const Planted& wrong, double input_step) {
        const bool second = number == "2";
        const std::vector<float>& w = second ? weights_.w2 : weights_.w1;
        const std::vector<float>& bias = second ? weights_.b2 : weights_.b1;
        std::vector<double> scales(4, 0);
        for (std::size_t i = 0; i < w.size(); ++i) {
            double& scale = scales[wrong.swapped_scales ? i / 9 % 4 : i / 36];
            scale = std::max(scale, std::abs(static_cast<double>(w[i])) / 127);
        }
        std::string weight = "w" + number + "_dq";
        if (wrong.float_weight) {
            weight = "w" + number;
            b_.initializer(weight, w, {4, 4, 3, 3});
        } else {
            add_codes(number, w, scales, wrong);
        }
        Names inputs = {from, weight};
        add_bias(number, bias, scales, input_step, wrong, inputs);
        b_.node("Conv", inputs, {name(to)}, {{"pads", {1, 1, 1, 1}}}, planted_.named ? "conv" + number : "");
    }

    void add_codes(const std::string& number, const std::vector<float>& w, std::vector<double>& scales, const Planted& wrong) {
        std::string codes;
        for (std::size_t i = 0; i < w.size(); ++i) {
            const double step = scales[wrong.swapped_scales ? i / 9 % 4 : i / 36] * wrong.weight_scale;
            const double code = std::clamp(std::round(w[i] / step), -127.0, 127.0);
            codes.push_back(static_cast<char>(static_cast<std::int8_t>(code)));
        }
        std::vector<float> steps;
        for (const double scale : scales) steps.push_back(static_cast<float>(scale * wrong.weight_scale));
        b_.initializer(tensor_proto("w" + number + "_codes", ElementType::int8, codes, {4, 4, 3, 3}));
        b_.initializer("w" + number + "_s", steps, {4});
        b_.initializer(tensor_proto("w" + number + "_z", ElementType::int8, std::string(4, '\0'), {4}));
        b_.node("DequantizeLinear", {"w" + number + "_codes", "w" + number + "_s", "w" + number + "_z"}, {"w" + number + "_dq"}, {{"axis", wrong.weight_axis}});
    }

    void add_bias(const std::string& number, const std::vector<float>& bias, const std::vector<double>& scales, double input_step, const Planted& wrong,
                  Names& inputs) {
        if (planted_.float_bias || wrong.float_weight) {
            b_.initializer("b" + number, bias, {4});
            inputs.push_back("b" + number);
            return;
        }
        std::string codes(16, '\0');
        std::vector<float> steps;
        for (std::size_t c = 0; c < 4; ++c) {
            const float step = static_cast<float>(input_step) * static_cast<float>(scales[c] * wrong.weight_scale);
            const auto code = static_cast<std::int32_t>(std::lround(bias[c] / step));
            std::memcpy(codes.data() + 4 * c, &code, 4);
            steps.push_back(step * static_cast<float>(wrong.bias_scale));
        }
        b_.initializer(tensor_proto("b" + number + "_codes", ElementType::int32, codes, {4}));
        b_.initializer("b" + number + "_s", steps, {4});
        b_.node("DequantizeLinear", {"b" + number + "_codes", "b" + number + "_s"}, {"b" + number + "_dq"}, {{"axis", 0}});
        inputs.push_back("b" + number + "_dq");
    }

    const SmallWeights& weights_;
    Planted planted_;
    ModelBuilder b_{13};
};

}  // namespace vernier::test
