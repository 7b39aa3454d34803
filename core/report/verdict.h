// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/evidence/judgement.h"

namespace vernier {

/// A judgement in words. Its parts are fields, so that no presenter has to take sentences apart.
struct Verdict {
    std::string title;          ///< "glyphs_int8: 2.19x faster, 72 % smaller, accuracy within the limit"
    std::string text;           ///< opening and sentences: "Worth it: ..."
    std::optional<bool> worth;  ///< nothing when it cannot be said
    int best = -1;              ///< the candidate that the title is about; -1 when there is none
    Conclusion conclusion = Conclusion::nothing;
    std::string opening;    ///< "Worth it", "Not worth it", "Inconclusive", ...
    std::string sentences;  ///< what it costs and gains, with 95 % intervals, and what would change it
    std::string change;     ///< the last of them: what would change it; empty where nothing is known to
};

/// Says of the candidate that conclude() picks what it costs and gains, and a sentence of each of the others.
[[nodiscard]] Verdict verdict_of(const Comparison& comparison);

/// {"title", "text", "worth": true, false or null, "best", "conclusion", "change"}.
[[nodiscard]] Json to_json(const Verdict& verdict);

}  // namespace vernier
