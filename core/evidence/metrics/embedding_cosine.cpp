// SPDX-License-Identifier: GPL-3.0-or-later
// Cosine of each sample's vector and the one that the first model answers, as a mean over samples.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/embedding.h"

namespace vernier {
namespace {

constexpr char kId[] = "embedding_cosine";

}  // namespace

extern constexpr Metric kEmbeddingCosine = {.figure = kept_agreement<kId>({"Cosine to the baseline's vectors", "cosine of vectors", "", Form::number}, 1),
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
