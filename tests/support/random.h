// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vernier::test {

/// Random numbers that are the same on every machine and standard library (splitmix64).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    [[nodiscard]] std::uint64_t bits();
    /// In [0, 1).
    [[nodiscard]] double unit();
    [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * unit(); }
    /// In [0, count).
    [[nodiscard]] std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits() % count); }
    /// Mean 0, deviation 1.
    [[nodiscard]] double normal();

private:
    std::uint64_t state_;
};

[[nodiscard]] std::vector<float> random_floats(std::size_t count, std::uint64_t seed, float low = -1.0F, float high = 1.0F);
[[nodiscard]] std::vector<float> normal_floats(std::size_t count, std::uint64_t seed, float mean = 0.0F, float deviation = 1.0F);

}  // namespace vernier::test
