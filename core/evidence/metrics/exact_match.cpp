// SPDX-License-Identifier: GPL-3.0-or-later
// Exact match: the share of samples whose text is that of the target, letter by letter.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "exact_match";

}  // namespace

extern constexpr Metric kExactMatch = {.figure = kept_figure<kId>({"Exact match", "exact match"}, Better::higher),
                                       .of = only(Task::ctc),
                                       .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                           const SampleRecord* record = record_at(own.records, i);
                                           if (record == nullptr) return {};
                                           return {{text_errors_of(*record).exact ? 1.0 : 0.0}, 1};
                                       },
                                       .value = share_value,
                                       .interval = share_interval};

}  // namespace vernier
