// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace vernier::test {

/// The demo that the program brings along, and its samples.
inline const std::string kDemo = VERNIER_SOURCE_DIR "/resources/demo/glyphs.onnx";
inline const std::string kData = VERNIER_SOURCE_DIR "/resources/demo/glyphs.dataset.json";

}  // namespace vernier::test
