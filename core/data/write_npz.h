// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/tensor.h"

namespace vernier {

/// One array of an .npz: numbers, or short texts where words is not empty (dims then count the words).
struct NamedArray {
    std::string name;
    Tensor numbers = {};
    std::vector<std::string> words = {};
};

/// True for types that NumPy has: floats of 16 to 64 bits, integers of 8 to 64 bits and booleans.
[[nodiscard]] bool is_numpy_type(ElementType type);

/// Writes a NumPy .npz, not compressed. Types must be NumPy's. Throws Error{cannot_write}.
void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays);

}  // namespace vernier
