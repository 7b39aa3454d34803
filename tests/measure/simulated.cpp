// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/measure/simulated.h"

#include <cmath>

#include "core/evidence/metrics/measured.h"
#include "tests/support/random.h"

namespace vernier::test {

std::vector<Launch> simulated_launches(double cost, std::uint64_t seed) {
    Random random(seed);
    std::vector<Launch> launches(8, {4, 1, 1'000'000, std::vector<std::vector<double>>(5), {cost * 3}});
    for (Launch& launch : launches)
        for (auto& block : launch.blocks)
            for (int i = 0; i < 30; ++i) block.push_back(cost * std::exp(0.01 * random.normal()));
    return launches;
}

void add_answers(Measurement& measurement, std::size_t samples, const Part& wrong) {
    for (std::size_t i = 0; i < samples; ++i) {
        measurement.answers.sample.push_back(i);
        measurement.answers.label.push_back(0);
        measurement.answers.predicted.push_back(i >= wrong.from && i < wrong.to ? 1 : 0);
        measurement.answers.in_top5.push_back(true);
    }
    measurement.samples = samples;
    if (samples == 0) return;
    OutputFigures scores;
    scores.name = "scores";
    scores.samples = samples;
    scores.sqnr_db = 20;
    scores.sqnr_interval = {19, 21};
    scores.cosine = 0.995;
    measurement.outputs = {scores};
    measurement.scores_output = "scores";
    measurement.classes = measurement.answers.classes = 2;
    measurement.classifies = true;
    measurement.accuracy = accuracy_of(measurement.answers);
}

}  // namespace vernier::test
