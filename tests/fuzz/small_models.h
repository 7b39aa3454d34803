// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>

#include "core/model/model.h"
#include "tests/support/model_builder.h"

namespace vernier::fuzz {

/// Conv, Relu, GlobalAveragePool, Flatten and Gemm over pictures image[N,3,4,4]; scores y[N,2].
inline onnx::ModelProto picture_proto() {
    test::ModelBuilder b;
    b.input("image", ElementType::float32, {"N", 3, 4, 4}).initializer("k", std::vector<float>(54, 0.1F), {2, 3, 3, 3});
    b.initializer("w", std::vector<float>(4, 0.5F), {2, 2}).initializer("b", std::vector<float>(2, 0.1F), {2});
    b.node("Conv", {"image", "k"}, {"c"}, {}, "stem.conv").node("Relu", {"c"}, {"r"}).node("GlobalAveragePool", {"r"}, {"p"});
    b.node("Flatten", {"p"}, {"f"}).node("Gemm", {"f", "w", "b"}, {"y"}, {}, "head.fc").output("y", ElementType::float32, {"N", 2});
    return b.build();
}
inline ModelPtr picture_model() { return make_model(picture_proto()); }

/// Gather and MatMul over ids[N,3].
inline ModelPtr token_model() {
    test::ModelBuilder b;
    b.input("ids", ElementType::int64, {"N", 3}).initializer("t", std::vector<float>(8, 0.1F), {4, 2}).initializer("w", std::vector<float>(4, 0.1F), {2, 2});
    b.node("Gather", {"t", "ids"}, {"e"}).node("MatMul", {"e", "w"}, {"y"}).output("y", ElementType::float32, {"N", 3, 2});
    return make_model(b.build());
}

/// x.npy (float32 [10,3,4,4], zeros) and y.npy (int64 [10]) in a folder.
inline bool write_arrays(const std::filesystem::path& folder) {
    const auto write = [&](const char* name, std::string header, std::size_t bytes) {
        while ((10 + header.size() + 1) % 64 != 0) header += ' ';
        header += '\n';
        std::ofstream out(folder / name, std::ios::binary);
        out << "\x93NUMPY" << '\x01' << '\x00' << static_cast<char>(header.size() & 255) << static_cast<char>(header.size() >> 8) << header << std::string(bytes, '\0');
        return out.good();
    };
    return write("x.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3, 4, 4), }", 10 * 48 * 4) &&
           write("y.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (10,), }", 80);
}

}  // namespace vernier::fuzz
