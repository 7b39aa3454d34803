// SPDX-License-Identifier: GPL-3.0-or-later
// R2, the coefficient of determination: 1 less the squared errors over the squared distances of the targets from their mean, over all values
// of all samples as one list. Not defined where all targets are equal.
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr char kId[] = "r2";

double r2(const std::vector<RegressionSums>& all, std::span<const std::uint32_t> times) {
    double values = 0, sum = 0, squares = 0, spread = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (times[i] == 0) continue;
        values += times[i] * all[i].values;
        sum += times[i] * all[i].values * all[i].mean;
        squares += times[i] * all[i].squares;
    }
    const double mean = sum / values;
    for (std::size_t i = 0; i < times.size(); ++i)
        if (times[i] > 0) spread += times[i] * (all[i].spread + all[i].values * (all[i].mean - mean) * (all[i].mean - mean));
    return spread > 0 ? 1 - squares / spread : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kR2 = {.figure = kept_figure<kId>({"R2", "R2", "", Form::number}, Better::higher),
                               .of = only(Task::regression),
                               .of_answers = of_targets<regression_of, r2>,
                               .range = {-HUGE_VAL, 1}};

}  // namespace vernier
