// SPDX-License-Identifier: GPL-3.0-or-later
// Dice: twice the pixels that both have over those of targets and answers, as a mean over the classes that either has, over all pixels that
// count. Class by class it is F1.
#include <limits>

#include "core/evidence/metrics/class_pixels.h"
#include "core/evidence/metrics/kept_figure.h"

namespace vernier {
namespace {

constexpr char kId[] = "dice";

double dice(const std::vector<SamplePixels>& all, std::span<const std::uint32_t> times) {
    double sum = 0, n = 0;
    for (const ClassPixels& each : summed(all, times)) {
        const double either = each.labels + each.answers;
        if (either <= 0) continue;
        sum += 2 * each.both / either;
        n += 1;
    }
    return n > 0 ? 100 * sum / n : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kDice = {
    .figure = kept_figure<kId>({"Dice", "Dice"}, Better::higher), .of = only(Task::segmentation), .of_answers = of_targets<pixels_of, dice>};

}  // namespace vernier
