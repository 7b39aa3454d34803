// SPDX-License-Identifier: GPL-3.0-or-later
// Recall of neighbours: the share of the ten samples nearest to a sample (by cosine) in the first model's vectors that are among the ten nearest in the own.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "recall_at_10";

}  // namespace

extern constexpr Metric kRecallAt10 = {.figure = kept_agreement<kId>({"Neighbours that are the baseline's", "recall@10"}),
                                       .of = only(Task::embedding),
                                       .to_first = true,
                                       .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                           return neighbours_percent(record_at(own.against, i), &EmbeddingMatch::recall);
                                       },
                                       .value = mean_value,
                                       .interval = percent_mean_interval};

}  // namespace vernier
