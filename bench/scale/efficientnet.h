// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::bench {

/// A network with the layers of EfficientNetV2-S (Tan and Le 2021, table 4): 21 M weights, random, of sane size.
class EfficientNet {
public:
    explicit EfficientNet(int side) : builder_(17) {
        builder_.input("x", ElementType::float32, {1, 3, side, side});
        std::string at = conv("x", {.in = 3, .out = 24, .kernel = 3, .stride = 2});
        at = stage(at, {.out = 24, .layers = 2, .stride = 1, .expand = 1, .fused = true});
        at = stage(at, {.out = 48, .layers = 4, .stride = 2, .expand = 4, .fused = true});
        at = stage(at, {.out = 64, .layers = 4, .stride = 2, .expand = 4, .fused = true});
        at = stage(at, {.out = 128, .layers = 6, .stride = 2, .expand = 4, .fused = false});
        at = stage(at, {.out = 160, .layers = 9, .stride = 1, .expand = 6, .fused = false});
        at = stage(at, {.out = 256, .layers = 15, .stride = 2, .expand = 6, .fused = false});
        at = conv(at, {.in = channels_, .out = 1280, .kernel = 1});
        builder_.node("GlobalAveragePool", {at}, {"pooled"}, {}, "pool").node("Flatten", {"pooled"}, {"flat"}, {}, "flat");
        builder_.initializer("wy", test::normal_floats(1280 * 1000, 1, 0, 0.03F), {1280, 1000});
        builder_.node("MatMul", {"flat", "wy"}, {"y"}, {}, "classify").output("y", ElementType::float32, {1, 1000});
    }

    [[nodiscard]] onnx::ModelProto build() const { return builder_.build(); }

private:
    struct Conv {
        int in, out, kernel = 1, stride = 1, groups = 1;
        bool activated = true;
    };
    struct Stage {
        int out, layers, stride, expand;
        bool fused;
    };

    std::string named(const std::string& kind) { return kind + std::to_string(++count_); }

    std::string conv(const std::string& from, const Conv& conv) {
        const std::string name = named("conv");
        const int inner = conv.in / conv.groups * conv.kernel * conv.kernel;
        const auto seed = static_cast<std::uint64_t>(count_);
        const float deviation = std::sqrt((conv.activated ? 2.0F : 1.0F) / static_cast<float>(inner));
        builder_.initializer(name + "_w", test::normal_floats(static_cast<std::size_t>(conv.out) * static_cast<std::size_t>(inner), seed, 0, deviation),
                             {conv.out, conv.in / conv.groups, conv.kernel, conv.kernel});
        builder_.initializer(name + "_b", test::normal_floats(static_cast<std::size_t>(conv.out), seed, 0, 0.1F), {conv.out});
        const int pad = conv.kernel / 2;
        builder_.node(
            "Conv", {from, name + "_w", name + "_b"}, {name},
            {{"kernel_shape", {conv.kernel, conv.kernel}}, {"strides", {conv.stride, conv.stride}}, {"pads", {pad, pad, pad, pad}}, {"group", conv.groups}},
            name);
        return conv.activated ? silu(name) : name;
    }

    std::string silu(const std::string& from) {
        builder_.node("Sigmoid", {from}, {from + "_s"}, {}, from + "_sigmoid").node("Mul", {from, from + "_s"}, {from + "_m"}, {}, from + "_mul");
        return from + "_m";
    }

    /// Squeeze and excitation.
    std::string weighed(const std::string& from, int channels, int squeezed) {
        const std::string name = named("excite");
        builder_.node("GlobalAveragePool", {from}, {name + "_p"}, {}, name + "_pool");
        const std::string less = conv(name + "_p", {.in = channels, .out = squeezed});
        const std::string more = conv(less, {.in = squeezed, .out = channels, .activated = false});
        builder_.node("Sigmoid", {more}, {name + "_g"}, {}, name + "_gate").node("Mul", {from, name + "_g"}, {name}, {}, name + "_mul");
        return name;
    }

    std::string layer(const std::string& from, const Stage& stage, int stride) {
        const int wide = channels_ * stage.expand;
        std::string at = from;
        if (stage.fused && stage.expand == 1) {
            at = conv(at, {.in = channels_, .out = stage.out, .kernel = 3, .stride = stride});
        } else if (stage.fused) {
            at = conv(at, {.in = channels_, .out = wide, .kernel = 3, .stride = stride});
            at = conv(at, {.in = wide, .out = stage.out, .activated = false});
        } else {
            at = conv(at, {.in = channels_, .out = wide});
            at = conv(at, {.in = wide, .out = wide, .kernel = 3, .stride = stride, .groups = wide});
            at = weighed(at, wide, channels_ / 4);
            at = conv(at, {.in = wide, .out = stage.out, .activated = false});
        }
        if (stride > 1 || channels_ != stage.out) return at;
        const std::string sum = named("add");
        builder_.node("Add", {at, from}, {sum}, {}, sum);
        return sum;
    }

    std::string stage(std::string at, const Stage& stage) {
        for (int i = 0; i < stage.layers; ++i) {
            at = layer(at, stage, i == 0 ? stage.stride : 1);
            channels_ = stage.out;
        }
        return at;
    }

    test::ModelBuilder builder_;
    int channels_ = 24, count_ = 0;
};

}  // namespace vernier::bench
