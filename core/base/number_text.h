// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace vernier {

/// Numbers and ratios in words, for findings, verdicts and tables alike.

/// digits significant digits without exponent: 0.0123, 1.23, 12.3, 123, 1234 (never rounds whole digits away).
[[nodiscard]] std::string significant(double value, int digits = 3);
/// Counts with a thin grouping: "21,500", "1,857".
[[nodiscard]] std::string grouped(std::uint64_t value);
/// "2.19x".
[[nodiscard]] std::string times(double ratio, int digits = 3);
/// How a time stands to the baseline's, of a speedup: "2.19x faster", "1.64x slower". Everywhere in this one form: a bare
/// factor reads as faster, as slower and as a share.
[[nodiscard]] std::string speed_text(double speedup, int digits = 3);
/// The same of an interval: "1.96x to 2.04x faster", "1.05x slower to 1.03x faster".
[[nodiscard]] std::string speed_text(double lo, double hi, int digits = 3);
/// What a limit on a speedup asks for: "at least 1.2x faster", "no slower", "at most 1.25x slower".
[[nodiscard]] std::string speed_limit_text(double least);

}  // namespace vernier
