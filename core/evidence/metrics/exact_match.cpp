// SPDX-License-Identifier: GPL-3.0-or-later
// Exact match: the share of samples whose text is that of the target, letter by letter.
#include <cstddef>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "exact_match";

}  // namespace

extern constexpr Metric kExactMatch = {.figure = {.id = kId,
                                                  .title = "Exact match",
                                                  .column = "exact match",
                                                  .unit = "%",
                                                  .form = Form::percent,
                                                  .better = Better::higher,
                                                  .places = in_metrics,
                                                  .value = Kept<kId>::value,
                                                  .interval = Kept<kId>::interval,
                                                  .against = Kept<kId>::against},
                                       .of = only(Task::ctc),
                                       .of_answer = [](const Answers& own, const Answers&, std::size_t i) -> SampleSums {
                                           if (i >= own.records.size() || own.records[i].empty()) return {};
                                           return {{text_errors_of(own.records[i]).exact ? 1.0 : 0.0}, 1};
                                       },
                                       .value = [](const SampleSums& total) { return 100.0 * total.sums[0] / static_cast<double>(total.values); },
                                       .interval = share_interval};

}  // namespace vernier
