// SPDX-License-Identifier: GPL-3.0-or-later
// Character error rate: fewest insertions, deletions and replacements of letters (code points) over the letters of all targets.
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "char_error_rate";

double rate(const std::vector<TextErrors>& all, std::span<const std::uint32_t> times) {
    double edits = 0, count = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        edits += times[i] * all[i].letter_edits;
        count += times[i] * all[i].letters;
    }
    return count > 0 ? 100 * edits / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kCer = {.figure = {.id = kId,
                                           .title = "Character error rate",
                                           .column = "CER",
                                           .unit = "%",
                                           .form = Form::percent,
                                           .places = in_metrics,
                                           .value = Kept<kId>::value,
                                           .interval = Kept<kId>::interval,
                                           .against = Kept<kId>::against},
                                .of = only(Task::ctc),
                                .of_answers =
                                    [](const Answers& own, const Answers& baseline) {
                                        return statistic_of_targets<TextErrors>(own, baseline, {text_errors_of, rate});
                                    },
                                .range = {0, HUGE_VAL}};

}  // namespace vernier
