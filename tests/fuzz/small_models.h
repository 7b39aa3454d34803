// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include <array>
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
        out << "\x93NUMPY" << '\x01' << '\x00' << static_cast<char>(header.size() & 255) << static_cast<char>(header.size() >> 8) << header
            << std::string(bytes, '\0');
        return out.good();
    };
    return write("x.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3, 4, 4), }", 10 * 48 * 4) &&
           write("y.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (10,), }", 80);
}

/// pictures/a.png and pictures/b.png of 4x4 pixels in a folder.
inline bool write_pictures(const std::filesystem::path& folder) {
    static constexpr std::array<unsigned char, 120> kPng = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04,
        0x08, 0x02, 0x00, 0x00, 0x00, 0x26, 0x93, 0x09, 0x29, 0x00, 0x00, 0x00, 0x3f, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x01, 0x34, 0x00, 0xcb, 0xff,
        0x00, 0x00, 0x00, 0x00, 0x28, 0x5a, 0x00, 0x50, 0xb4, 0x00, 0x78, 0x0e, 0x00, 0x00, 0x3c, 0x00, 0x50, 0x64, 0x5a, 0x50, 0x8c, 0xb4, 0x50, 0xb4,
        0x0e, 0x50, 0x00, 0x78, 0x00, 0xa0, 0xa0, 0x5a, 0xa0, 0xc8, 0xb4, 0xa0, 0xf0, 0x0e, 0xa0, 0x00, 0xb4, 0x00, 0xf0, 0xdc, 0x5a, 0xf0, 0x04, 0xb4,
        0xf0, 0x2c, 0x0e, 0xf0, 0x88, 0x9b, 0x13, 0x51, 0xf2, 0x1b, 0x79, 0x61, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
    std::filesystem::create_directories(folder / "pictures");
    bool good = true;
    for (const char* name : {"a.png", "b.png"}) {
        std::ofstream out(folder / "pictures" / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(kPng.data()), static_cast<std::streamsize>(kPng.size()));
        good = good && out.good();
    }
    return good;
}

}  // namespace vernier::fuzz
