// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tests/support/model_builder.h"

namespace vernier::test {

/// Products of large constants, which the runtime computes while it opens the model with optimizations: about a minute in
/// one call.
inline std::string slow_to_open() {
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 2500}).initializer("shape", std::vector<std::int64_t>{2500, 2500}, {2});
    b.node("ConstantOfShape", {"shape"}, {"m0"}, {{"value", tensor_proto("", std::vector<float>{0.01F}, {1})}});
    for (int i = 0; i < 100; ++i) b.node("MatMul", {"m" + std::to_string(i), "m0"}, {"m" + std::to_string(i + 1)});
    b.node("MatMul", {"x", "m100"}, {"y"}).output("y", ElementType::float32, {1, 2500});
    return b.bytes();
}

}  // namespace vernier::test
