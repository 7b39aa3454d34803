// SPDX-License-Identifier: GPL-3.0-or-later
// Token accuracy: the share of the tokens that count whose class is that of the target.
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "token_accuracy";

SampleSums percent_right(const Answers& own, const Answers& /*baseline*/, std::size_t i) {
    if (i >= own.records.size() || own.records[i].empty()) return {};
    const TokenCounts counts = token_counts_of(own.records[i]);
    return {{100 * counts.right}, static_cast<std::uint64_t>(counts.tokens)};
}

}  // namespace

extern constexpr Metric kTokenAccuracy = {.figure = {.id = kId,
                                                     .title = "Token accuracy",
                                                     .column = "token accuracy",
                                                     .unit = "%",
                                                     .form = Form::percent,
                                                     .better = Better::higher,
                                                     .places = in_metrics,
                                                     .value = Kept<kId>::value,
                                                     .interval = Kept<kId>::interval,
                                                     .against = Kept<kId>::against},
                                          .of = only(Task::tokens),

                                          .of_answer = percent_right,
                                          .value = [](const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); },
                                          .interval = percent_mean_interval};

}  // namespace vernier
