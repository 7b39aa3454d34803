// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy of yes and no: the share of labelled samples, or of their steps, that are decided right at the threshold. NaN is wrong.
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/steps.h"

namespace vernier {
namespace {

constexpr char kId[] = "decision_accuracy";

SampleSums of_steps(const SampleRecord* record) {
    CountedDecisions counted;
    for (const Step& step : record == nullptr ? std::vector<Step>() : steps_of(*record)) {
        counted.right += step.yes == step.decided && !std::isnan(step.score) ? 1 : 0;
        counted.all += 1;
    }
    return sums_of(counted);
}

SampleSums of_answer(const Answers& own, const Answers& /*baseline*/, std::size_t i) {
    if (own.task == Task::steps) return of_steps(record_at(own.records, i));
    if (own.scores.size() != own.sample.size() || own.label[i] < 0) return {};
    if (own.label[i] > 1 || own.scores[i].size() != 1) return {{std::numeric_limits<double>::quiet_NaN()}, 1};  // no yes or no: there is no such figure
    const double score = own.scores[i][0];
    return sums_of({!std::isnan(score) && (own.label[i] == 1) == (score >= own.threshold.value_or(0)) ? 1.0 : 0.0, 1});
}

}  // namespace

extern constexpr Metric kDecisionAccuracy = {.figure = kept_figure<kId>({"Accuracy of decisions", "accuracy of decisions"}, Better::higher),
                                             .of = only(Task::decision) | only(Task::steps),
                                             .of_answer = of_answer,
                                             .value = share_value,
                                             .interval = decision_share_interval};

}  // namespace vernier
