// SPDX-License-Identifier: GPL-3.0-or-later
// F1 of entities (spans of tokens with their kind, by the rules of conlleval as in seqeval), over those of all samples: 2 both / (answered + targets);
// 0 where there are none. Needs names of classes such as "B-PER".
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/kept_figure.h"
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

extern constexpr Metric kEntityF1 = {.figure = kept_figure<kId>({"F1 of entities", "entity F1"}, Better::higher),
                                     .of = only(Task::tokens),
                                     .of_answers = of_targets<token_counts_of, entity_f1>};

}  // namespace vernier
