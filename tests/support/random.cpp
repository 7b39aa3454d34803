// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/random.h"

#include <cmath>
#include <numbers>

namespace vernier::test {

std::uint64_t Random::bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

double Random::unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

double Random::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return radius * std::cos(2.0 * std::numbers::pi * unit());
}

std::vector<float> random_floats(std::size_t count, std::uint64_t seed, float low, float high) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random.uniform(low, high));
    return values;
}

std::vector<float> normal_floats(std::size_t count, std::uint64_t seed, float mean, float deviation) {
    Random random(seed);
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(mean + deviation * random.normal());
    return values;
}

}  // namespace vernier::test
