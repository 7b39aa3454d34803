// SPDX-License-Identifier: GPL-3.0-or-later
// Mean absolute error of an output: the mean of |value - baseline's| over all values of all samples. A value that is not finite counts as 0.
#include <cmath>

#include "core/evidence/metrics/metric.h"

namespace vernier {
namespace {

constexpr OutputSums kAbsolute = {"absolute", [](std::span<const double> reference, std::span<const double> values) -> std::array<double, 4> {
                                      double error = 0;
                                      for (std::size_t i = 0; i < reference.size(); ++i)
                                          error += std::abs(std::isfinite(values[i]) ? values[i] - reference[i] : reference[i]);
                                      return {error};
                                  }};

}  // namespace

extern constexpr Metric kMae = {.figure = {.id = "mae",
                                           .title = "Mean absolute error of the worst output",
                                           .column = "MAE",
                                           .unit = "",
                                           .form = Form::number,
                                           .places = in_metrics,
                                           .relative = true,
                                           .self = 0,
                                           .value = [](const TrialView& trial) -> std::optional<double> {
                                               const auto kept = of_worst_output(trial, "mae");
                                               return kept ? std::optional(kept->value) : std::nullopt;
                                           },
                                           .interval = [](const TrialView& trial) -> std::optional<Interval> {
                                               const auto kept = of_worst_output(trial, "mae");
                                               return kept ? kept->interval : std::nullopt;
                                           }},
                                .sums = &kAbsolute,
                                .range = {0, HUGE_VAL},
                                .value = mean_value,
                                .interval = positive_mean_interval};

}  // namespace vernier
