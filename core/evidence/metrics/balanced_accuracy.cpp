// SPDX-License-Identifier: GPL-3.0-or-later
// Balanced accuracy: the mean over the classes that labels name of the share of their samples that is answered right.
#include <limits>

#include "core/evidence/metrics/confusion.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "balanced_accuracy";

double balanced_accuracy(std::span<const ClassCounts> classes) {
    double sum = 0, n = 0;
    for (const ClassCounts& each : classes) {
        if (each.labels == 0) continue;
        sum += each.both / each.labels;
        n += 1;
    }
    return n > 0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kBalancedAccuracy = {.figure = kept_figure<kId>({"Balanced accuracy", "balanced accuracy"}, Better::higher),
                                             .of_answers = [](const Answers& own, const Answers&) { return statistic_of_counts(own, balanced_accuracy); }};

}  // namespace vernier
