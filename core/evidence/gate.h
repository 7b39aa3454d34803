// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evidence/compare.h"

namespace vernier {

/// Judges a drop of top-1 against a limit in points: passed when the upper end of the 95 % interval is not above the limit,
/// failed when the lower end is, inconclusive in between. n = 0 means that there were no labels.
[[nodiscard]] GateLine judge_drop(std::uint64_t lost, std::uint64_t gained, std::uint64_t n, double limit_points);

/// The same for a candidate. A baseline that answers with NaN decides nothing; a candidate that answers with NaN where the
/// baseline does not, or lacks the output, fails.
[[nodiscard]] GateLine judge_accuracy(const CandidateComparison& candidate, const Measurement& baseline, double limit_points);

/// Judges the percent of answers that are the baseline's against a least value, by Wilson's interval; 100 asks for all of
/// these samples. NaN as in judge_accuracy.
[[nodiscard]] GateLine judge_agreement(const CandidateComparison& candidate, const Measurement& baseline, double limit);

/// Judges the SQNR of each output against a least value in dB; the line is that of the worst output. An output that is missing,
/// or not finite where the baseline's is, fails.
[[nodiscard]] GateLine judge_sqnr(const std::vector<OutputFigures>& outputs, double limit);

/// Judges a speedup against a least value in the same way.
[[nodiscard]] GateLine judge_speed(double speedup, const Interval& interval, double limit);

/// Samples after which an interval of half width half, seen on n samples, leaves out a limit that is away from the value, most
/// of the time (80 %). 0: not known.
[[nodiscard]] std::uint64_t samples_until(double half, double away, std::uint64_t n);

[[nodiscard]] Json gate_json(const Gate& gate);
/// Limits that are missing or null are not set.
[[nodiscard]] Gate gate_from_json(const Json& json);

/// Failed, then inconclusive, then passed; not_judged for no lines.
[[nodiscard]] Outcome worst_of(const std::vector<GateLine>& lines);

}  // namespace vernier
