// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

inline constexpr int kLayers = 9;

/// MatMul and Relu in turns: nodes 0, 2, 4, ... are the products, and a factor on one layer's weights is the same factor on the output.
inline ModelBuilder chain(int size = 24) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", size});
    for (int i = 0; i < kLayers; ++i) {
        const std::string n = std::to_string(i);
        std::vector<float> weights = normal_floats(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), static_cast<unsigned>(i + 1));
        for (float& w : weights) w *= std::sqrt(2.F / static_cast<float>(size));
        b.initializer("w" + n, weights, {size, size});
        b.node("MatMul", {i == 0 ? "x" : "r" + std::to_string(i - 1), "w" + n}, {"m" + n}, {}, "mm" + n);
        b.node("Relu", {"m" + n}, {i + 1 == kLayers ? "y" : "r" + n}, {}, "relu" + n);
    }
    b.output("y", ElementType::float32, {"N", size});
    return b;
}

inline void scale_weights(onnx::ModelProto& proto, int layer, float factor) {
    std::string& raw = *proto.mutable_graph()->mutable_initializer(layer)->mutable_raw_data();
    std::vector<float> values(raw.size() / sizeof(float));
    std::memcpy(values.data(), raw.data(), raw.size());
    for (float& value : values) value *= factor;
    std::memcpy(raw.data(), values.data(), raw.size());
}

}  // namespace vernier::test
