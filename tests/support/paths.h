// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace vernier::test {

// Where things lie. The compiler is told in paths.cpp alone, so that its results for all other tests serve every clone of the repository.

[[nodiscard]] std::string source_dir();   ///< the checkout
[[nodiscard]] std::string binary_dir();   ///< of the build; programs are in its bin
[[nodiscard]] std::string prefix_dir();   ///< where packaging/deps puts ONNX Runtime
[[nodiscard]] std::string shared_data();  ///< labelled and odd models that are no part of the repository; may not exist

}  // namespace vernier::test
