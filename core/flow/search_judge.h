// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/evidence/compare.h"
#include "core/search/search.h"

namespace vernier {

/// What a comparison of one candidate by the limits of a search says; its error is not known by it. fp32_ms: what the opened file took
/// when the search began: times of all candidates are brought to the machine's speed at that time by the paired ratio to the opened
/// file, which ran beside each. 0: they stay as they were measured.
[[nodiscard]] Validation judged(const Comparison& comparison, double fp32_ms = 0);

/// True for a limit on what a model answers, not on times, size or memory.
[[nodiscard]] bool is_of_answers(const GateLimit& limit);
/// The first limit on answers of those that have no field of their own in a gate; nullptr where there is none, or where a drop of top-1, agreement
/// or SQNR leads.
[[nodiscard]] const GateLimit* leading_limit(const Gate& gate);

/// The limit on a share of answers, where the gate has one.
[[nodiscard]] std::optional<AnswerLimit> answer_limit(const Gate& gate, std::uint64_t report_samples);

}  // namespace vernier
