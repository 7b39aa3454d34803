// SPDX-License-Identifier: GPL-3.0-or-later
// Mean intersection over union: the mean over the classes that targets or answers have, over all pixels of all samples that count.
#include "core/evidence/metrics/class_pixels.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "miou";

}  // namespace

extern constexpr Metric kMeanIou = {.figure = kept_figure<kId>({"Mean intersection over union", "mIoU"}, Better::higher),
                                    .of = only(Task::segmentation),
                                    .of_answers = of_targets<pixels_of, mean_iou>};

}  // namespace vernier
