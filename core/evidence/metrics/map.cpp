// SPDX-License-Identifier: GPL-3.0-or-later
// COCO mean average precision over the overlaps 0.50, 0.55, ... 0.95.
#include "core/evidence/metrics/average_precision.h"
#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/tasks/boxes.h"

namespace vernier {
namespace {

constexpr char kId[] = "map";

}  // namespace

extern constexpr Metric kMeanAveragePrecision = {
    .figure = kept_figure<kId>({"COCO mAP 0.50:0.95", "mAP"}, Better::higher),
    .of = only(Task::detection),
    .of_answers = [](const Answers& own, const Answers& baseline) { return mean_average_precision(own, baseline, kOverlaps); }};

}  // namespace vernier
