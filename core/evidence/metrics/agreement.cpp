// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement: the share of samples with the baseline's answer. Answers are the arg max of class scores; where a model has none, all its
// integers (one that ends in an ArgMax itself). Of a task that reads answers in its own way it says what is the same.
#include "core/evidence/metrics/records.h"
#include "core/evidence/metrics/table.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

std::optional<Interval> interval(const TrialView& trial) {
    const CandidateComparison* candidate = trial.compared;
    if (candidate == nullptr || !candidate->agreement || candidate->answered == 0) return std::nullopt;
    const Interval share = wilson_interval(candidate->same, candidate->answered);
    return Interval{100 * share.lo, 100 * share.hi};
}

}  // namespace

constexpr Metric kAgreement = {.figure = {.id = "agreement",
                                          .title = "Agreement",
                                          .column = "agreement",
                                          .unit = "%",
                                          .form = Form::percent,
                                          .better = Better::higher,
                                          .places = in_compare | in_runs | in_report | in_charts,
                                          .chart = 2,
                                          .slot = "answers",
                                          .own_limit = "--min-agreement",
                                          .relative = true,
                                          .self = 100,
                                          .value = [](const TrialView& trial) { return trial.compared == nullptr ? std::nullopt : trial.compared->agreement; },
                                          .interval = interval},
                               .of_answer = [](const Answers& own, const Answers& baseline, std::size_t i) -> SampleSums {
                                   if (const TaskKind* kind = kind_of(own.task)) {
                                       const SampleRecord* record = record_at(own.against, i);
                                       if (kind->same == nullptr || record == nullptr) return {};
                                       return {{kind->same(*record) ? 1.0 : 0.0}, 1};
                                   }
                                   if (baseline.classes > 1 && own.classes > 1)
                                       return {{own.predicted[i] >= 0 && own.predicted[i] == baseline.predicted[i] ? 1.0 : 0.0}, 1};
                                   if (own.whole_equal.size() != own.sample.size()) return {};
                                   return {{own.whole_equal[i] ? 1.0 : 0.0}, 1};
                               },
                               .value = share_value,
                               .interval = share_interval};

}  // namespace vernier
