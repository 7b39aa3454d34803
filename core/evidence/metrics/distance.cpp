// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/distance.h"

namespace vernier {

constexpr OutputSums kDistance = {"distance", [](std::span<const double> reference, std::span<const double> values) -> std::array<double, 4> {
                                      OutputDistance distance;
                                      add_values(distance, reference, values);
                                      return {distance.signal, distance.error, distance.dot, distance.energy};
                                  }};

OutputDistance distance_of(const SampleSums& sums) { return {sums.sums[0], sums.sums[1], sums.sums[2], sums.sums[3], sums.values}; }

}  // namespace vernier
