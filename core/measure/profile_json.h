// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/json.h"
#include "core/runtime/runtime.h"

namespace vernier {

[[nodiscard]] Json profile_json(const std::vector<ProfileEvent>& events);
[[nodiscard]] std::vector<ProfileEvent> profile_from_json(const Json& json);

}  // namespace vernier
