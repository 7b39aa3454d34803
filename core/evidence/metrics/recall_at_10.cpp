// SPDX-License-Identifier: GPL-3.0-or-later
// Recall of neighbours: the share of the ten samples nearest to a sample (by cosine) in the first model's vectors that are among the ten nearest in the own.
#include <cstddef>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "recall_at_10";

}  // namespace

extern constexpr Metric kRecallAt10 = {.figure = {.id = kId,
                                                  .title = "Neighbours that are the baseline's",
                                                  .column = "recall@10",
                                                  .unit = "%",
                                                  .form = Form::percent,
                                                  .better = Better::higher,
                                                  .places = in_metrics,
                                                  .relative = true,
                                                  .self = 100,
                                                  .value = Kept<kId>::value,
                                                  .interval = Kept<kId>::interval},
                                       .of = only(Task::embedding),
                                       .to_first = true,
                                       .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                           if (i >= own.against.size() || own.against[i].empty()) return {};
                                           const EmbeddingMatch match = embedding_match_of(own.against[i]);
                                           if (!match.ranked) return {};
                                           return {{100 * match.recall}, 1};
                                       },
                                       .value = [](const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); },
                                       .interval = percent_mean_interval};

}  // namespace vernier
