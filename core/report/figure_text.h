// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/evidence/figures.h"

namespace vernier {

/// The rows of core/evidence/figures.h in words and numbers, the same in every table, chart and tip.

/// Head of a column: "p50 ms".
[[nodiscard]] std::string head_text(const Figure& figure);
/// Title of a chart: "Latency p50, ms", "Top-1, % of 2,000 samples".
[[nodiscard]] std::string chart_title(const Figure& figure, std::uint64_t samples);
/// "lower is better".
[[nodiscard]] std::string better_text(Better better);

/// The number without its unit: "0.223", "97.71"; "-" where it is not known.
[[nodiscard]] std::string value_text(const Figure& figure, const std::optional<double>& value);
[[nodiscard]] std::string value_text(const Figure& figure, const TrialView& trial);

/// "1.23x faster", "72 % smaller", "+0.20"; "~" where a ratio shows no measurable difference, and "-0.10 ~" for points. Empty
/// where it is not known.
[[nodiscard]] std::string against_text(const Figure& figure, const std::optional<Against>& against);
[[nodiscard]] std::string against_text(const Figure& figure, const TrialView& trial);
/// "95 %: 1.20x to 1.26x faster"; empty where it is not known.
[[nodiscard]] std::string interval_text(const Figure& figure, const std::optional<Against>& against);

/// Value and how it stands to the baseline, in columns of a monospaced font.
[[nodiscard]] std::string row_text(const Figure& figure, const TrialView& trial);

/// "cold start = download 20.0 + start 4.00 + first run 1.00 ms"; empty for a figure without parts.
[[nodiscard]] std::string parts_text(const Figure& figure, const TrialView& trial);
/// "p99 needs 1,000 runs: 600 more", for each figure that lacks some; empty where nothing is missing.
[[nodiscard]] std::string missing_runs_text(const TrialView& trial);
/// "after a pause: single runs with cold caches; ..." of the figures of a place.
[[nodiscard]] std::string notes_text(Place place);

/// Several lines: the value with its interval, what it is made of, what it lacks, and how it stands to the baseline.
[[nodiscard]] std::string tip_text(const Figure& figure, const TrialView& trial, const std::string& label);

}  // namespace vernier
