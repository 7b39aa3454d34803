// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

namespace vernier {
namespace {

/// With a full stop, where it ends without one.
std::string stopped(std::string text) {
    if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
    return text;
}

std::string sentence(std::string text) {
    if (text.empty()) return text;
    // A first word with a capital further on (a tensor's name, "mW") is left as it is written.
    const std::size_t end = std::min(text.find(' '), text.size());
    const bool plain = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](unsigned char c) { return std::islower(c) != 0; });
    if (plain) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return stopped(std::move(text));
}

}  // namespace

std::string significant(const std::optional<double>& value, int digits) { return value ? significant(*value, digits) : "-"; }

std::string megabytes(std::uint64_t bytes) { return significant(static_cast<double>(bytes) / 1e6); }

std::string size_text(double ratio) {
    const double change = 100 * std::abs(1 - ratio);
    if (!(change >= 0.5)) return "same size";
    return fmt::format("{:.0f} % {}", change, ratio < 1 ? "smaller" : "larger");
}

std::string size_text(double lo, double hi) {
    if (size_text(lo) == size_text(hi)) return size_text(lo);
    const bool one_side = (lo < 1) == (hi < 1) && size_text(lo) != size_text(1) && size_text(hi) != size_text(1);
    if (!one_side) return size_text(lo) + " to " + size_text(hi);
    const double near = lo < 1 ? hi : lo, far = lo < 1 ? lo : hi;
    return fmt::format("{:.0f} % to {}", 100 * std::abs(1 - near), size_text(far));
}

std::string percent(double value) { return fmt::format("{:.2f}", value); }

std::string signed_points(double value) {
    const double rounded = std::round(value * 100) / 100;
    return rounded == 0 ? "0.00" : fmt::format("{:+.2f}", rounded);
}

std::string shortened(double value) {
    const double size = std::abs(value);
    if (size >= 999.5e6) return significant(value / 1e9) + " G";
    if (size >= 999.5e3) return significant(value / 1e6) + " M";
    if (size >= 1e3) return significant(value / 1e3) + " k";
    return significant(value);
}

std::string sentences(const Finding& finding) {
    const std::string said = finding.file.empty() ? sentence(finding.text) : finding.file + ": " + stopped(finding.text);
    const std::string remedy = sentence(finding.remedy);
    return said + (remedy.empty() ? "" : " " + remedy);
}

}  // namespace vernier
