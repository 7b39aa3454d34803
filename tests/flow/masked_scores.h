// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "tests/support/model_builder.h"

namespace vernier::test {

/// Nodes around one tensor, which is quantized where scale is above zero.
inline void quantized(ModelBuilder& b, const std::string& from, const std::string& to, double scale, int zero) {
    b.initializer(to + "_s", std::vector<float>{static_cast<float>(scale)}, {});
    b.initializer(tensor_proto(to + "_z", ElementType::uint8, std::string(1, static_cast<char>(zero)), {}));
    b.node("QuantizeLinear", {from, to + "_s", to + "_z"}, {to + "_codes"});
    b.node("DequantizeLinear", {to + "_codes", to + "_s", to + "_z"}, {to});
}

/// Scores with a mask of attention in front of a Softmax, the two in one scale as other tools have it.
inline onnx::ModelProto scores_net(bool with_codes) {
    ModelBuilder b(13);
    b.input("x", ElementType::float32, {1, 4, 8}).output("y", ElementType::float32, {1, 4, 8});
    b.initializer("factor", std::vector<float>{4}, {});
    b.initializer("mask", std::vector<float>{0, 0, 0, 0, 0, -1e9f, -1e9f, -1e9f}, {8});
    b.node("Mul", {"x", "factor"}, {"scores"}, {}, "scale");
    b.node("Add", {"scores", "mask"}, {"masked"}, {}, "add_mask");
    if (with_codes) quantized(b, "masked", "masked_dq", 1e9 / 255, 255);
    b.node("Softmax", {with_codes ? "masked_dq" : "masked"}, {"y"}, {{"axis", -1}}, "softmax");
    return b.build();
}

}  // namespace vernier::test
