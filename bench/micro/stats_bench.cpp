// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics of one weight: the vectorised walk against a plain loop that counts the same things.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "core/stats/stats.h"

namespace {

using namespace vernier;

constexpr std::int64_t kChannels = 256;

std::vector<float> weights(std::int64_t count) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.f, 0.05f);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = normal(random);
    return values;
}

void report_bytes(benchmark::State& state) { state.SetBytesProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(sizeof(float))); }

void vectorised(benchmark::State& state) {
    const auto values = weights(state.range(0));
    const std::array<std::int64_t, 2> dims = {kChannels, state.range(0) / kChannels};
    for (auto _ : state) benchmark::DoNotOptimize(compute_stats(values, dims, 0));
    report_bytes(state);
}

struct Plain {
    double sum = 0, squares = 0;
    float min = INFINITY, max = -INFINITY;
    std::uint64_t zeros = 0, odd = 0, overflow = 0, subnormal = 0, vanishing = 0;
    std::vector<float> channel_min = std::vector<float>(kChannels, INFINITY), channel_max = std::vector<float>(kChannels, -INFINITY);
    std::vector<std::uint64_t> bins = std::vector<std::uint64_t>(256);
};

Plain plain_walk(const std::vector<float>& values) {
    Plain plain;
    const std::size_t channel = values.size() / kChannels;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float value = values[i], size = std::fabs(value);
        if (!std::isfinite(value)) {
            ++plain.odd;
            continue;
        }
        plain.sum += value;
        plain.squares += double(value) * value;
        plain.min = std::min(plain.min, value);
        plain.max = std::max(plain.max, value);
        plain.channel_min[i / channel] = std::min(plain.channel_min[i / channel], value);
        plain.channel_max[i / channel] = std::max(plain.channel_max[i / channel], value);
        plain.zeros += value == 0;
        plain.overflow += size >= 65520.f;
        plain.subnormal += value != 0 && size < 0x1p-14f;
        plain.vanishing += value != 0 && size <= 0x1p-25f;
    }
    const double width = (double(plain.max) - plain.min) / 256;
    for (const float value : values)
        if (std::isfinite(value)) ++plain.bins[std::min<std::size_t>(255, static_cast<std::size_t>((value - plain.min) / width))];
    return plain;
}

void plain_loop(benchmark::State& state) {
    const auto values = weights(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(plain_walk(values));
    report_bytes(state);
}

void errors_of_three_formats(benchmark::State& state) {
    const auto values = weights(state.range(0));
    const std::array<std::int64_t, 2> dims = {kChannels, state.range(0) / kChannels};
    for (auto _ : state) benchmark::DoNotOptimize(format_errors(values, dims, 0));
    report_bytes(state);
}

BENCHMARK(vectorised)->Arg(1 << 16)->Arg(1 << 22)->Unit(benchmark::kMicrosecond);
BENCHMARK(plain_loop)->Arg(1 << 16)->Arg(1 << 22)->Unit(benchmark::kMicrosecond);
BENCHMARK(errors_of_three_formats)->Arg(1 << 16)->Arg(1 << 22)->Unit(benchmark::kMicrosecond);

}  // namespace
