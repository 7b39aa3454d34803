// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of yes and no: the share of samples, or of their steps, that are decided as the first model decides. NaN is like nothing.
#include <cmath>
#include <cstddef>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/steps.h"

namespace vernier {
namespace {

constexpr char kId[] = "decision_agreement";

SampleSums of_steps(const SampleRecord* record) {
    if (record == nullptr) return {};
    const AlikeSteps alike = alike_steps_of(*record);
    return sums_of({alike.same, alike.steps});
}

SampleSums of_answer(const Answers& own, const Answers& first, std::size_t i) {
    if (own.task == Task::steps) return of_steps(record_at(own.against, i));
    const auto known = [&](const Answers& answers) { return answers.scores.size() == own.sample.size() && answers.scores[i].size() == 1; };
    if (!known(own) || !known(first)) return {};
    const double threshold = own.threshold.value_or(0), before = first.scores[i][0], after = own.scores[i][0];
    const bool same = (before >= threshold) == (after >= threshold) && !std::isnan(before) && !std::isnan(after);
    return sums_of({same ? 1.0 : 0.0, 1});
}

}  // namespace

extern constexpr Metric kDecisionAgreement = {.figure = kept_agreement<kId>({"Decisions like the baseline's", "decision agreement"}),
                                              .of = only(Task::decision) | only(Task::steps),
                                              .to_first = true,
                                              .of_answer = of_answer,
                                              .value = share_value,
                                              .interval = decision_share_interval};

}  // namespace vernier
