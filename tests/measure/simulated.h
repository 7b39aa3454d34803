// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/evidence/compare.h"
#include "core/measure/latency.h"

namespace vernier::test {

/// Eight launches of a model that runs in about cost ms.
[[nodiscard]] std::vector<Launch> simulated_launches(double cost, std::uint64_t seed);

/// Samples from and up to another, without that.
struct Part {
    std::size_t from = 0;
    std::size_t to = 0;
};

/// Adds that many answered samples of label 0, wrong of which were answered with 1, and the figures of their output "scores".
void add_answers(Measurement& measurement, std::size_t samples, const Part& wrong);

}  // namespace vernier::test
