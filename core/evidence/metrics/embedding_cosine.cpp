// SPDX-License-Identifier: GPL-3.0-or-later
// Cosine of each sample's vector and the one that the first model answers, as a mean over samples.
#include <cstddef>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "embedding_cosine";

}  // namespace

extern constexpr Metric kEmbeddingCosine = {.figure = {.id = kId,
                                                       .title = "Cosine to the baseline's vectors",
                                                       .column = "cosine of vectors",
                                                       .unit = "",
                                                       .form = Form::number,
                                                       .better = Better::higher,
                                                       .places = in_metrics,
                                                       .relative = true,
                                                       .self = 1,
                                                       .value = Kept<kId>::value,
                                                       .interval = Kept<kId>::interval},
                                            .of = only(Task::embedding),
                                            .to_first = true,
                                            .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                                const SampleRecord* record = record_at(own.against, i);
                                                if (record == nullptr) return {};
                                                return {{embedding_match_of(*record).cosine}, 1};
                                            },
                                            .range = {-1, 1},
                                            .value = mean_value,
                                            .interval = mean_interval};

}  // namespace vernier
