// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vernier {

std::string significant(double value, int digits) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (value == 0) return "0";
    const auto decimals_of = [digits](double x) {
        const int exponent = static_cast<int>(std::floor(std::log10(std::abs(x))));
        return std::clamp(digits - 1 - exponent, 0, 12);
    };
    int decimals = decimals_of(value);
    // 9.999 rounds up to 10.00: one digit less is then enough.
    const double scale = std::pow(10.0, decimals);
    const double rounded = std::round(value * scale) / scale;
    if (rounded != 0) decimals = std::min(decimals, decimals_of(rounded));
    return fmt::format("{:.{}f}", value, decimals);
}

std::string grouped(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(digits.begin() + at, ',');
    return digits;
}

std::string times(double ratio, int digits) { return significant(ratio, digits) + "x"; }

std::string speed_text(double speedup, int digits) { return speedup >= 1 ? times(speedup, digits) + " faster" : times(1 / speedup, digits) + " slower"; }

std::string speed_text(double lo, double hi, int digits) {
    if (lo >= 1) return times(lo, digits) + " to " + speed_text(hi, digits);
    if (hi < 1) return times(1 / hi, digits) + " to " + speed_text(lo, digits);
    return speed_text(lo, digits) + " to " + speed_text(hi, digits);
}

std::string speed_limit_text(double least) {
    if (least == 1) return "no slower";
    return least > 1 ? fmt::format("at least {:g}x faster", least) : fmt::format("at most {:g}x slower", 1 / least);
}

}  // namespace vernier
