// SPDX-License-Identifier: GPL-3.0-or-later
// Word error rate: fewest insertions, deletions and replacements of words, which white space parts, over the words of all targets.
#include <cmath>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "word_error_rate";

}  // namespace

extern constexpr Metric kWer = {.figure = kept_figure<kId>({"Word error rate", "WER"}, Better::lower),
                                .of = only(Task::ctc),
                                .of_answers = of_targets<text_errors_of, percent_of_sums<&TextErrors::word_edits, &TextErrors::words, TextErrors>>,
                                .range = {0, HUGE_VAL}};

}  // namespace vernier
