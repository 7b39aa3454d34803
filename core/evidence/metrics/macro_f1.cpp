// SPDX-License-Identifier: GPL-3.0-or-later
// Macro F1: the mean over classes of 2 TP / (2 TP + FP + FN). A class counts where it is a label or an answer of some sample.
#include <limits>

#include "core/evidence/metrics/confusion.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "macro_f1";

double macro_f1(std::span<const ClassCounts> classes) {
    double sum = 0, n = 0;
    for (const ClassCounts& each : classes) {
        if (each.labels + each.answers == 0) continue;
        sum += 2 * each.both / (each.labels + each.answers);
        n += 1;
    }
    return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kMacroF1 = {.figure = kept_figure<kId>({"Macro F1", "macro F1"}, Better::higher),
                                    .of_answers = [](const Answers& own, const Answers&) { return statistic_of_counts(own, macro_f1); }};

}  // namespace vernier
