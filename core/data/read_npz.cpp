// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/read_npz.h"

#include "core/data/detail/npz.h"

namespace vernier {

std::vector<std::pair<std::string, Tensor>> read_npz(const std::filesystem::path& path) {
    const NpzFile npz(path);
    std::vector<std::pair<std::string, Tensor>> arrays;
    for (const std::string& name : npz.names()) arrays.emplace_back(name, npz.read(name));
    return arrays;
}

}  // namespace vernier
