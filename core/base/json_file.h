// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>

#include "core/base/json.h"

namespace vernier {

/// A file's JSON. Throws Error{not_found}, and Error{bad_data} that names the file where it is larger than max_bytes, no JSON, or nests too deeply.
[[nodiscard]] Json read_json(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace vernier
