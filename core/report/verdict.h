// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/measure/compare.h"

namespace vernier {

/// The finding of a comparison in words.
struct Verdict {
    std::string title;          ///< "glyphs_int8: 2.19x faster, 72 % smaller, accuracy within the limit"
    std::string text;           ///< sentences with 95 % intervals; begins with "Worth it:", "Not worth it:", "Inconclusive:", ...
    std::optional<bool> worth;  ///< nothing when it cannot be said
    int best = -1;              ///< the candidate that the title is about; -1 when there is none
};

/// Picks the candidate to speak of (one that gains and passed its gate, then one that gains and is inconclusive; the fastest of
/// them) and says what it costs and gains. Never one that another beats on every decided figure; of several candidates without
/// a gain none. A candidate whose outputs are broken (core/measure/outputs.h) is worth it only by a passed limit on them.
[[nodiscard]] Verdict verdict_of(const Comparison& comparison);

/// {"title", "text", "worth": true, false or null, "best"}.
[[nodiscard]] Json to_json(const Verdict& verdict);

/// What people call a measured file: its name without folder and ".onnx".
[[nodiscard]] std::string title_of(const Measurement& measurement);

/// True when the candidate is shown to be faster (or slower) than the baseline.
[[nodiscard]] bool is_faster(const CandidateComparison& candidate);
[[nodiscard]] bool is_slower(const CandidateComparison& candidate);
/// True when the interval of the top-1 difference leaves out 0.
[[nodiscard]] bool accuracy_differs(const CandidateComparison& candidate);

}  // namespace vernier
