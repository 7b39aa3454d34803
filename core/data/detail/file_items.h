// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/data/detail/fields.h"
#include "core/data/detail/image_folder.h"

namespace vernier {

/// Reads "items" of one split of a .dataset.json: files, each with a label or a text, and a mask where these may have one. Adds them to items and gives
/// their numbers there. Throws Error{bad_data}.
[[nodiscard]] std::vector<std::uint64_t> parse_items(Fields& given, const std::string& split, bool masks, std::vector<ImageItem>& items,
                                                     std::vector<Finding>& findings);

}  // namespace vernier
