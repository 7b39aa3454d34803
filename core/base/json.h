// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

namespace vernier {

/// JSON whose objects keep the order in which keys were written, so that documents read well and diff well.
using Json = nlohmann::ordered_json;

}  // namespace vernier
