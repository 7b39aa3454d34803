// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tests/support/paths.h"

namespace vernier::test {

/// The demo that the program brings along, and its samples.
inline const std::string kDemo = source_dir() + "/resources/demo/glyphs.onnx";
inline const std::string kData = source_dir() + "/resources/demo/glyphs.dataset.json";

}  // namespace vernier::test
