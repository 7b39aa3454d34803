// SPDX-License-Identifier: GPL-3.0-or-later
// COCO mean average precision at an overlap of 0.50.
#include "core/evidence/metrics/average_precision.h"
#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/tasks/boxes.h"

namespace vernier {
namespace {

constexpr char kId[] = "map50";

}  // namespace

extern constexpr Metric kMeanAveragePrecision50 = {
    .figure = kept_figure<kId>({"COCO mAP 0.50", "mAP 0.50"}, Better::higher),
    .of = only(Task::detection),
    .of_answers = [](const Answers& own, const Answers& baseline) { return mean_average_precision(own, baseline, 1); }};

}  // namespace vernier
