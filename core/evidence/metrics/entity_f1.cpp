// SPDX-License-Identifier: GPL-3.0-or-later
// F1 of entities (spans of tokens with their kind, by the rules of conlleval as in seqeval), over those of all samples: 2 both / (answered + targets);
// 0 where there are none. Needs names of classes such as "B-PER".
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/tokens.h"

namespace vernier {
namespace {

constexpr char kId[] = "entity_f1";

double entity_f1(const std::vector<TokenCounts>& all, std::span<const std::uint32_t> times) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!all[i].named) return std::numeric_limits<double>::quiet_NaN();
        both += times[i] * all[i].both;
        either += times[i] * (all[i].answered + all[i].targets);
    }
    return either > 0 ? 100 * 2 * both / either : 0;
}

}  // namespace

extern constexpr Metric kEntityF1 = {.figure = {.id = kId,
                                                .title = "F1 of entities",
                                                .column = "entity F1",
                                                .unit = "%",
                                                .form = Form::percent,
                                                .better = Better::higher,
                                                .places = in_metrics,
                                                .value = Kept<kId>::value,
                                                .interval = Kept<kId>::interval,
                                                .against = Kept<kId>::against},
                                     .of = only(Task::tokens),
                                     .of_answers = [](const Answers& own, const Answers& baseline) {
                                         return statistic_of_targets<TokenCounts>(own, baseline, {token_counts_of, entity_f1});
                                     }};

}  // namespace vernier
