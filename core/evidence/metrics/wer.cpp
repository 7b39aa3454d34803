// SPDX-License-Identifier: GPL-3.0-or-later
// Word error rate: fewest insertions, deletions and replacements of words, which white space parts, over the words of all targets.
#include <cmath>

#include "core/evidence/metrics/metric.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "word_error_rate";

}  // namespace

extern constexpr Metric kWer = {
    .figure = {.id = kId,
               .title = "Word error rate",
               .column = "WER",
               .unit = "%",
               .form = Form::percent,
               .places = in_metrics,
               .value = Kept<kId>::value,
               .interval = Kept<kId>::interval,
               .against = Kept<kId>::against},
    .of = only(Task::ctc),
    .of_answers =
        [](const Answers& own, const Answers& baseline) {
            return statistic_of_targets<TextErrors>(own, baseline, {text_errors_of, percent_of_sums<&TextErrors::word_edits, &TextErrors::words>});
        },
    .range = {0, HUGE_VAL}};

}  // namespace vernier
