// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/finding.h"
#include "core/base/number_text.h"

namespace vernier {

/// Figures as people read them. One place, so that terminal, sheet and report agree.

/// As significant() of a number, or "-" where the figure is not known.
[[nodiscard]] std::string significant(const std::optional<double>& value, int digits = 3);
/// Size in MB (10^6 bytes): "86.0", "0.0265".
[[nodiscard]] std::string megabytes(std::uint64_t bytes);
/// How a size stands to the baseline's, of their ratio: "72 % smaller", "3 % larger", "same size".
[[nodiscard]] std::string size_text(double ratio);
/// The same of an interval: "20 % to 28 % smaller", "3 % smaller to 2 % larger".
[[nodiscard]] std::string size_text(double lo, double hi);
/// Share in percent with two decimals: "97.71".
[[nodiscard]] std::string percent(double value);
/// Difference with its sign and two decimals: "+0.20", "-2.90", "0.00".
[[nodiscard]] std::string signed_points(double value);
/// Large counts shortened: "21.5 M", "93.8 k", "512".
[[nodiscard]] std::string shortened(double value);
/// Text and remedy of a finding as sentences, each with a capital and a full stop; behind the file that it is about, where it
/// names one.
[[nodiscard]] std::string sentences(const Finding& finding);

}  // namespace vernier
