// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/measure/measure.h"
#include "core/measure/sample_sums.h"

namespace vernier {

/// What a sample adds to the metrics of tokens that count.
struct TokenCounts {
    double right = 0, tokens = 0;
    double both = 0, answered = 0, targets = 0;  ///< entities: of both, of the answer, of the target
    bool named = false;                          ///< classes have names, so that there are entities
};

[[nodiscard]] SampleRecord record_of(const TokenCounts& counts);
[[nodiscard]] TokenCounts token_counts_of(const SampleRecord& record);

/// What a record adds to the share of tokens that are right, in percent; nothing where it is null.
[[nodiscard]] SampleSums right_percent(const SampleRecord* record);

/// Tokens from first to last that are an entity of a kind.
struct Entity {
    std::string kind;
    std::size_t first = 0, last = 0;
    auto operator<=>(const Entity&) const = default;
};

/// By the rules of conlleval, which seqeval has by default: tags "B-PER", "I-PER", "O" (and "E-", "S-" ends), where an I that follows none of its kind
/// begins an entity too.
[[nodiscard]] std::vector<Entity> entities_of(std::span<const std::string> tags);

}  // namespace vernier
