// SPDX-License-Identifier: GPL-3.0-or-later
// Root of the mean squared error against the target, over all values of all samples.
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/evidence/metrics/kept_figure.h"
#include "core/evidence/metrics/records.h"
#include "core/evidence/tasks/regression.h"

namespace vernier {
namespace {

constexpr char kId[] = "rmse";

double rmse(const std::vector<RegressionSums>& all, std::span<const std::uint32_t> times) {
    double squares = 0, values = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (times[i] == 0) continue;
        squares += times[i] * all[i].squares;
        values += times[i] * all[i].values;
    }
    return values > 0 ? std::sqrt(squares / values) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

extern constexpr Metric kRmse = {.figure = kept_figure<kId>({"Root mean squared error against the target", "RMSE", "", Form::number}, Better::lower),
                                 .of = only(Task::regression) | only(Task::enhancement),
                                 .of_answers = of_targets<regression_of, rmse>,
                                 .range = {0, HUGE_VAL}};

}  // namespace vernier
