// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/tensor.h"

#include <array>

#include "core/base/error.h"

namespace vernier {
namespace {

struct TypeRow {
    std::string_view name;
    int bits;
};

constexpr std::array<TypeRow, 27> kTypes = {{
    {"undefined", 0},  {"float32", 32},     {"uint8", 8},      {"int8", 8},         {"uint16", 16},        {"int16", 16},     {"int32", 32},
    {"int64", 64},     {"string", 0},       {"bool", 8},       {"float16", 16},     {"float64", 64},       {"uint32", 32},    {"uint64", 64},
    {"complex64", 64}, {"complex128", 128}, {"bfloat16", 16},  {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8}, {"float8e5m2fnuz", 8},
    {"uint4", 4},      {"int4", 4},         {"float4e2m1", 4}, {"float8e8m0", 8},   {"uint2", 2},          {"int2", 2},
}};

TypeRow row(ElementType type) {
    const auto index = static_cast<std::size_t>(type);
    return index < kTypes.size() ? kTypes[index] : kTypes[0];
}

}  // namespace

std::string_view name(ElementType type) { return row(type).name; }
int bits(ElementType type) { return row(type).bits; }

std::uint64_t byte_size(ElementType type, std::uint64_t count) {
    const auto width = static_cast<std::uint64_t>(bits(type));
    return width >= 8 ? count * (width / 8) : (count * width + 7) / 8;
}

std::uint64_t element_count(std::span<const std::int64_t> dims) {
    constexpr std::uint64_t kMax = std::uint64_t{1} << 62;
    std::uint64_t count = 1;
    bool zero = false;
    for (const std::int64_t dim : dims) {
        if (dim < 0) throw Error(ErrorKind::bad_data, "a tensor has a negative dimension");
        if (dim == 0) zero = true;
        if (dim > 0 && count > kMax / static_cast<std::uint64_t>(dim)) throw Error(ErrorKind::bad_data, "a tensor has more elements than any machine can hold");
        if (dim > 0) count *= static_cast<std::uint64_t>(dim);
    }
    return zero ? 0 : count;
}

}  // namespace vernier
