// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/flow/measure_files.h"

namespace vernier {

/// The comparison as one HTML file that needs nothing else: styles and pictures (SVG) are inside, fonts are the system's,
/// no script. For screen and paper.
[[nodiscard]] std::string render_html(const ComparedFiles& compared);

}  // namespace vernier
