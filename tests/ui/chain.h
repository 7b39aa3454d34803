// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace vernier::test {

/// Writes Conv, Relu, Conv, Relu, ... on shared weights as an ONNX file.
inline std::string write_chain(const TempDir& folder, int nodes) {
    ModelBuilder b;
    b.input("x0", ElementType::float32, {1, 4, 8, 8}).initializer("w", random_floats(4 * 4, 1), {4, 4, 1, 1});
    for (int i = 0; i < nodes; ++i) {
        const std::string in = "x" + std::to_string(i), out = "x" + std::to_string(i + 1);
        i % 2 == 0 ? b.node("Conv", {in, "w"}, {out}, {Attr("kernel_shape", {1, 1})}, "conv" + std::to_string(i))
                   : b.node("Relu", {in}, {out}, {}, "relu" + std::to_string(i));
    }
    b.output("x" + std::to_string(nodes), ElementType::float32, {1, 4, 8, 8});
    return folder.write("chain.onnx", b.bytes()).string();
}

}  // namespace vernier::test
