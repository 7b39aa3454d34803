// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace vernier::ui {

/// Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 123, 1234.
[[nodiscard]] QString threeDigits(double value);
/// "0 B", "512 B", "9.22 kB", "86.0 MB" (powers of ten).
[[nodiscard]] QString sizeText(quint64 bytes);
/// "950", "21.5 k", "21.5 M", "2.90 G".
[[nodiscard]] QString countText(quint64 count);
/// "1 recipe", "3 recipes".
[[nodiscard]] QString counted(int count, const QString& one, const QString& many);
/// "1.12 ms", "21.0 µs" below 0.1 ms; "–" where it is not known.
[[nodiscard]] QString timeText(const std::optional<double>& ms);
/// A share from 0 to 1: "41 %", "0.3 %", "< 0.1 %"; "–".
[[nodiscard]] QString shareText(const std::optional<double>& share);
/// "4 s", "2 min 10 s", "1 h 5 min".
[[nodiscard]] QString durationText(double seconds);

}  // namespace vernier::ui
