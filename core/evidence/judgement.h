// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "core/evidence/compare.h"

namespace vernier {

/// What a comparison comes to, before any words.
enum class Conclusion {
    nothing,  ///< there is no candidate
    no_gain,  ///< of several candidates none is a reason to change
    worth_it,
    not_worth_it,
    inconclusive,  ///< the gate cannot decide
    not_judged     ///< a gain, but no limit is set
};
/// Stable names in documents: "worth-it", "not-worth-it", ...
[[nodiscard]] std::string_view name(Conclusion conclusion);

/// The conclusion and the candidate that it is about.
struct Judgement {
    Conclusion conclusion = Conclusion::nothing;
    int best = -1;                                    ///< -1 when there is none
    [[nodiscard]] std::optional<bool> worth() const;  ///< nothing when it cannot be said
};

/// Picks the candidate to speak of (one that gains and passed its gate, then one that gains and is inconclusive; the fastest of
/// them). Never one that another beats on every decided figure; of several candidates without a gain none. A candidate whose
/// outputs are broken (core/measure/outputs.h) is worth it only by a passed limit on them.
[[nodiscard]] Judgement conclude(const Comparison& comparison);

/// A file that saves less than a tenth is no reason to ship another model.
inline constexpr double kSmallerFrom = 0.9;

/// Faster, or smaller where nothing says that it is slower: neither a shown difference nor an interval below 1.
[[nodiscard]] bool gains(const CandidateComparison& candidate);

/// An output that has little to do with the baseline's and that no passed limit covers; nullptr when there is none. Top-1
/// and agreement speak for the scores only; measured top-1 does so too where nothing is judged.
[[nodiscard]] const OutputFigures* damage_of(const CandidateComparison& candidate, const Measurement& baseline);

/// The line of a limit by what it judges; nullptr when it is not set.
[[nodiscard]] const GateLine* line_of(const CandidateComparison& candidate, std::string_view what);
/// The worst of the lines about answers; nullptr when none is limited.
[[nodiscard]] const GateLine* answers_line(const CandidateComparison& candidate);

/// True when the candidate is shown to be faster (or slower) than the baseline.
[[nodiscard]] bool is_faster(const CandidateComparison& candidate);
[[nodiscard]] bool is_slower(const CandidateComparison& candidate);
/// True when the interval of the top-1 difference leaves out 0.
[[nodiscard]] bool accuracy_differs(const CandidateComparison& candidate);

}  // namespace vernier
