// SPDX-License-Identifier: GPL-3.0-or-later
// Pixel accuracy: the share of the pixels that count whose class is that of the target.
#include <cstddef>
#include <cstdint>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/tasks/segmentation.h"

namespace vernier {
namespace {

constexpr char kId[] = "pixel_accuracy";

SampleSums percent_right(const Answers& own, const Answers& /*baseline*/, std::size_t i) {
    if (i >= own.records.size()) return {};
    double both = 0, labels = 0;
    for (const ClassPixels& each : pixels_of(own.records[i])) {
        both += each.both;
        labels += each.labels;
    }
    return {{100 * both}, static_cast<std::uint64_t>(labels)};
}

}  // namespace

extern constexpr Metric kPixelAccuracy = {.figure = kept_figure<kId>({"Pixel accuracy", "pixel accuracy"}, Better::higher),
                                          .of = only(Task::segmentation),
                                          .of_answer = percent_right,
                                          .value = mean_value,
                                          .interval = percent_mean_interval};

}  // namespace vernier
