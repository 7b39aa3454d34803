// SPDX-License-Identifier: GPL-3.0-or-later
// Normalised discounted cumulative gain of the ten nearest samples: those that are the first model's gain 1 / log2(rank + 1) (K. Jarvelin and J. Kekalainen,
// 2002).
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "ndcg_at_10";

}  // namespace

extern constexpr Metric kNdcgAt10 = {.figure = kept_agreement<kId>({"nDCG of the baseline's neighbours", "nDCG@10"}),
                                     .of = only(Task::embedding),
                                     .to_first = true,
                                     .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                         return neighbours_percent(record_at(own.against, i), &EmbeddingMatch::ndcg);
                                     },
                                     .value = mean_value,
                                     .interval = percent_mean_interval};

}  // namespace vernier
