// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/class_pixels.h"

#include <cstddef>
#include <limits>

namespace vernier {

std::vector<ClassPixels> summed(const std::vector<SamplePixels>& all, std::span<const std::uint32_t> times) {
    std::vector<ClassPixels> total;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (times[i] == 0) continue;
        for (const ClassPixels& each : all[i]) {
            if (each.class_index >= total.size()) total.resize(each.class_index + 1);
            ClassPixels& own = total[each.class_index];
            own.labels += times[i] * each.labels;
            own.answers += times[i] * each.answers;
            own.both += times[i] * each.both;
        }
    }
    return total;
}

double mean_iou(const std::vector<SamplePixels>& all, std::span<const std::uint32_t> times) {
    double sum = 0, n = 0;
    for (const ClassPixels& each : summed(all, times)) {
        const double either = each.labels + each.answers - each.both;
        if (either <= 0) continue;
        sum += each.both / either;
        n += 1;
    }
    return n > 0 ? 100 * sum / n : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace vernier
