// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/tensor.h"

namespace vernier {

/// The arrays of a NumPy .npz by their names without ".npy", in the order of the file. Throws Error{not_found, bad_data}.
[[nodiscard]] std::vector<std::pair<std::string, Tensor>> read_npz(const std::filesystem::path& path);

}  // namespace vernier
