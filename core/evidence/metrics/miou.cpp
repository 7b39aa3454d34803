// SPDX-License-Identifier: GPL-3.0-or-later
// Mean intersection over union: the mean over the classes that targets or answers have, over all pixels of all samples that count.
#include "core/evidence/metrics/class_pixels.h"
#include "core/evidence/metrics/metric.h"

namespace vernier {
namespace {

constexpr char kId[] = "miou";

}  // namespace

extern constexpr Metric kMeanIou = {.figure = {.id = kId,
                                               .title = "Mean intersection over union",
                                               .column = "mIoU",
                                               .unit = "%",
                                               .form = Form::percent,
                                               .better = Better::higher,
                                               .places = in_metrics,
                                               .value = Kept<kId>::value,
                                               .interval = Kept<kId>::interval,
                                               .against = Kept<kId>::against},
                                    .of = only(Task::segmentation),
                                    .of_answers = [](const Answers& own, const Answers& baseline) {
                                        return statistic_of_targets<SamplePixels>(own, baseline, {pixels_of, mean_iou});
                                    }};

}  // namespace vernier
