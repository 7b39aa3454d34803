// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace vernier {

/// Why a light node stays in float that lies on no path between heavy ones.
inline constexpr std::string_view kEdgeOfIsland = "lies at the edge of an INT8 island, where quantizing it costs more than it saves";

}  // namespace vernier
