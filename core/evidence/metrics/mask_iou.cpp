// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of masks: the mean intersection over union with the masks that the first model answers, in place of targets.
#include "core/evidence/metrics/class_pixels.h"
#include "core/evidence/metrics/metric.h"

namespace vernier {
namespace {

constexpr char kId[] = "mask_iou";

}  // namespace

extern constexpr Metric kMaskIou = {.figure = {.id = kId,
                                               .title = "Intersection over union with the baseline's masks",
                                               .column = "mask agreement",
                                               .unit = "%",
                                               .form = Form::percent,
                                               .better = Better::higher,
                                               .places = in_metrics,
                                               .relative = true,
                                               .self = 100,
                                               .value = Kept<kId>::value,
                                               .interval = Kept<kId>::interval},
                                    .of = only(Task::segmentation),
                                    .to_first = true,
                                    .of_answers = [](const Answers& own, const Answers&) {
                                        return statistic_to_first<SamplePixels>(own, {pixels_of, mean_iou});
                                    }};

}  // namespace vernier
