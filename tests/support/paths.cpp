// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/paths.h"

namespace vernier::test {

std::string source_dir() { return VERNIER_SOURCE_DIR; }
std::string binary_dir() { return VERNIER_BINARY_DIR; }
std::string prefix_dir() { return VERNIER_PREFIX; }
std::string shared_data() { return VERNIER_SHARED_DATA; }

}  // namespace vernier::test
