// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/tensor.h"

namespace vernier {

/// What the header of a .npy array says (NumPy format versions 1 to 3).
struct NpyHeader {
    ElementType type = ElementType::undefined;
    bool big_endian = false;
    bool fortran_order = false;
    std::vector<std::int64_t> dims;
    std::size_t header_bytes = 0;  ///< where the elements begin
    std::uint64_t data_bytes = 0;  ///< what the elements take
};

/// Reads the header at the start of bytes; `where` names the array in errors. Throws Error{bad_data}.
[[nodiscard]] NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& where);

/// Fills a buffer with the next bytes of a source; returns how many it could give (fewer only at the end).
using ByteReader = std::function<std::size_t(std::span<std::byte>)>;

/// Reads a whole array of `total` bytes into row-major, little-endian form. The size that the header promises is
/// held against `total` and against the machine's memory before anything is allocated. Throws Error{bad_data}.
[[nodiscard]] Tensor read_npy(const ByteReader& read, std::uint64_t total, const std::string& where);

/// The same for a .npy file. Throws Error{not_found, bad_data}.
[[nodiscard]] Tensor read_npy_file(const std::filesystem::path& path);

}  // namespace vernier
