// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of boxes: of those that both models are sure of, the share that lies on one of the other's of the same class (overlap 0.50 or more);
// 2 both / (first + own). 100 where neither has any.
#include <cstddef>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/detection.h"

namespace vernier {
namespace {

constexpr char kId[] = "box_agreement";

double agreement(const std::vector<BoxMatches>& all, std::span<const std::uint32_t> times) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        both += times[i] * all[i].both;
        either += times[i] * (all[i].first + all[i].own);
    }
    return either > 0 ? 100 * 2 * both / either : 100;
}

}  // namespace

extern constexpr Metric kBoxAgreement = {.figure = kept_agreement<kId>({"Boxes that lie on the baseline's", "box agreement"}),
                                         .of = only(Task::detection),
                                         .to_first = true,
                                         .of_answers = to_first<box_matches_of, agreement>};

}  // namespace vernier
