// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of tokens: the share of those that count whose class is the one that the first model answers.
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "token_agreement";

SampleSums percent_right(const Answers& own, const Answers& /*baseline*/, std::size_t i) {
    if (i >= own.against.size() || own.against[i].empty()) return {};
    const TokenCounts counts = token_counts_of(own.against[i]);
    return {{100 * counts.right}, static_cast<std::uint64_t>(counts.tokens)};
}

}  // namespace

extern constexpr Metric kTokenAgreement = {.figure = {.id = kId,
                                                      .title = "Tokens with the baseline's class",
                                                      .column = "token agreement",
                                                      .unit = "%",
                                                      .form = Form::percent,
                                                      .better = Better::higher,
                                                      .places = in_metrics,
                                                      .relative = true,
                                                      .self = 100,
                                                      .value = Kept<kId>::value,
                                                      .interval = Kept<kId>::interval},
                                           .of = only(Task::tokens),
                                           .to_first = true,
                                           .of_answer = percent_right,
                                           .value = [](const SampleSums& total) { return total.sums[0] / static_cast<double>(total.values); },
                                           .interval = percent_mean_interval};

}  // namespace vernier
