// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

namespace vernier {

/// The number at a place of a file's bytes, little endian, as the machines are that Vernier runs on. The place must lie inside.
template <class T>
[[nodiscard]] T number_at(std::span<const std::byte> bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

}  // namespace vernier
