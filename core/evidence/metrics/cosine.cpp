// SPDX-License-Identifier: GPL-3.0-or-later
// Cosine of an output: that of the angle between all its values over all samples and the baseline's, each taken as one vector.
#include "core/evidence/metrics/distance.h"
#include "core/evidence/metrics/metric.h"

namespace vernier {

extern constexpr Metric kCosine = {
    .figure = {.id = "cosine",
               .title = "Cosine of the worst output",
               .column = "cosine",
               .unit = "",
               .form = Form::number,
               .better = Better::higher,
               .relative = true,
               .self = 1,
               .value = [](const TrialView& trial) { return worst_output_sqnr(trial) ? trial.compared->output_cosine : std::nullopt; }},
    .sums = &kDistance,
    .range = {-1, 1},
    .value = [](const SampleSums& total) { return cosine(distance_of(total)); },
    .keep = [](OutputFigures& output, const MetricValue& value) { output.cosine = value.value; }};

}  // namespace vernier
