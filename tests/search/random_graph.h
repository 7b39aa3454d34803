// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "core/search/front.h"

namespace vernier::test {

/// Numbers that do not depend on the library's distributions.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    double unit() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
    int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }

private:
    std::mt19937_64 engine_;
};

/// A chain with branches; heavy-tailed errors, some below zero; some units slower when quantized.
inline SearchGraph random_graph(std::uint64_t seed, int units) {
    Dice dice(seed);
    SearchGraph graph;
    for (int i = 0; i < units; ++i) {
        SearchUnit unit;
        unit.float_ms = 0.1 + dice.unit();
        unit.quantized_ms = unit.float_ms * (0.3 + 0.9 * dice.unit());
        unit.error = std::pow(10, -4 * dice.unit()) - 0.0005;
        graph.units.push_back(unit);
        SearchBoundary boundary{i - 1, {i}, 0.3 * dice.unit(), 0.3 * dice.unit()};
        for (int more = dice.below(3); more > 0; --more)
            if (const int to = i + 1 + dice.below(4); to < units) boundary.consumers.push_back(to);
        boundary.each_consumer = dice.below(4) == 0;
        graph.boundaries.push_back(boundary);
    }
    graph.boundaries.push_back({units - 1, {kOutside, dice.below(units - 1)}, 0.2, 0.2 * dice.unit()});
    return graph;
}

}  // namespace vernier::test
