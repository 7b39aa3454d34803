// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of masks: the mean intersection over union with the masks that the first model answers, in place of targets.
#include "core/evidence/metrics/class_pixels.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "mask_iou";

}  // namespace

extern constexpr Metric kMaskIou = {.figure = kept_agreement<kId>({"Intersection over union with the baseline's masks", "mask agreement"}),
                                    .of = only(Task::segmentation),
                                    .to_first = true,
                                    .of_answers = to_first<pixels_of, mean_iou>};

}  // namespace vernier
