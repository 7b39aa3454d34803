// SPDX-License-Identifier: GPL-3.0-or-later
// Character error rate: fewest insertions, deletions and replacements of letters (code points) over the letters of all targets.
#include <cmath>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/ctc.h"

namespace vernier {
namespace {

constexpr char kId[] = "char_error_rate";

}  // namespace

extern constexpr Metric kCer = {.figure = kept_figure<kId>({"Character error rate", "CER"}, Better::lower),
                                .of = only(Task::ctc),
                                .of_answers = of_targets<text_errors_of, percent_of_sums<&TextErrors::letter_edits, &TextErrors::letters, TextErrors>>,
                                .range = {0, HUGE_VAL}};

}  // namespace vernier
