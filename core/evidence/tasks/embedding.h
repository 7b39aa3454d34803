// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/measure/measure.h"
#include "core/measure/sample_sums.h"

namespace vernier {

inline constexpr std::size_t kNeighbours = 10;

/// How a sample's vector stands to the first model's, and its neighbours to those of the first model's.
struct EmbeddingMatch {
    double cosine = 0;
    double recall = 0, ndcg = 0;  ///< of the ten nearest, in 0 to 1
    bool ranked = false;          ///< the sample has neighbours
};
[[nodiscard]] SampleRecord record_of(const EmbeddingMatch& match);
[[nodiscard]] EmbeddingMatch embedding_match_of(const SampleRecord& record);

/// What a record adds to the mean of a share of neighbours, in percent; nothing where it is null or has no neighbours.
[[nodiscard]] SampleSums neighbours_percent(const SampleRecord* record, double EmbeddingMatch::*share);

/// Two samples that belong together: the cosine of their vectors, and the score that is given for them.
struct ScoredPair {
    double cosine = 0, score = 0;
};
[[nodiscard]] SampleRecord record_of(const ScoredPair& pair);
[[nodiscard]] ScoredPair scored_pair_of(const SampleRecord& record);

/// The nearest other vectors of each by cosine, at most ten, nearest first; of equal ones the first. Vectors have length 1, or 0.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> neighbours_of(const std::vector<std::vector<double>>& vectors);

}  // namespace vernier
