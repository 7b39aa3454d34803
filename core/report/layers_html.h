// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/layers/layers.h"

namespace vernier {

/// The evidence of layers as one HTML file that needs nothing else: sentences, time before and after, all nodes. No script.
[[nodiscard]] std::string render_html(const Layers& layers);

}  // namespace vernier
