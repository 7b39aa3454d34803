// SPDX-License-Identifier: GPL-3.0-or-later
// Character error rate: fewest insertions, deletions and replacements of letters (code points) over the letters of all targets.
#include <cmath>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "char_error_rate";

}  // namespace

extern constexpr Metric kCer = {
    .figure = {.id = kId,
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
            return statistic_of_targets<TextErrors>(own, baseline, {text_errors_of, percent_of_sums<&TextErrors::letter_edits, &TextErrors::letters>});
        },
    .range = {0, HUGE_VAL}};

}  // namespace vernier
