// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/evidence/compare.h"
#include "core/search/search.h"

namespace vernier {

/// How a comparison is judged.
struct Judging {
    /// What the opened file took when the search began: times of all candidates are brought to the machine's speed at that time by
    /// the paired ratio to the opened file, which ran beside each. 0: they stay as they were measured.
    double fp32_ms = 0;
    /// Judgements on the same samples: each has this part of the level, 5 %, so that all of them together keep it (Bonferroni).
    std::size_t judgements = 1;
};

/// Half width of an interval in standard deviations where so many judgements share the level.
[[nodiscard]] double shared_z(std::size_t judgements);

/// What a comparison of one candidate by the limits of a search says; its error is not known by it.
[[nodiscard]] Validation judged(const Comparison& comparison, const Judging& judging = {});

/// The limit on a share of answers, where the gate has one.
[[nodiscard]] std::optional<AnswerLimit> answer_limit(const Gate& gate, std::uint64_t report_samples, std::size_t judgements);

}  // namespace vernier
