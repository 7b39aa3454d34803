// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vernier {

/// Element types, with the numbers of ONNX's TensorProto.DataType.
enum class ElementType : std::int32_t {
    undefined = 0,
    float32 = 1,
    uint8 = 2,
    int8 = 3,
    uint16 = 4,
    int16 = 5,
    int32 = 6,
    int64 = 7,
    string = 8,
    boolean = 9,
    float16 = 10,
    float64 = 11,
    uint32 = 12,
    uint64 = 13,
    complex64 = 14,
    complex128 = 15,
    bfloat16 = 16,
    float8e4m3fn = 17,
    float8e4m3fnuz = 18,
    float8e5m2 = 19,
    float8e5m2fnuz = 20,
    uint4 = 21,
    int4 = 22,
    float4e2m1 = 23,
};

/// "float32", "int8", ... ; "undefined" for what is not known.
[[nodiscard]] std::string_view name(ElementType type);
/// Bits of one element; 0 for strings and unknown types.
[[nodiscard]] int bits(ElementType type);
/// Bytes that count elements take (4-bit types are packed two a byte).
[[nodiscard]] std::uint64_t byte_size(ElementType type, std::uint64_t count);
/// Product of dims; throws Error{bad_data} on a negative dim or on overflow of 63 bits.
[[nodiscard]] std::uint64_t element_count(std::span<const std::int64_t> dims);

/// A dense tensor that owns its bytes (row major, little endian).
struct Tensor {
    ElementType type = ElementType::float32;
    std::vector<std::int64_t> dims;
    std::vector<std::byte> bytes;

    [[nodiscard]] std::uint64_t count() const { return element_count(dims); }
    template <class T>
    [[nodiscard]] std::span<const T> as() const {
        return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
    }
    template <class T>
    [[nodiscard]] std::span<T> as() {
        return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
    }
};

}  // namespace vernier
