// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/metrics.h"

#include <algorithm>
#include <cmath>

#include "core/measure/tally.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

template <class T>
void add_all(OutputDistance& distance, std::span<const T> reference, std::span<const T> scores) {
    const std::size_t n = std::min(reference.size(), scores.size());
    for (std::size_t i = 0; i < n; ++i) {
        const double a = reference[i];
        const double b = scores[i];
        if (std::isfinite(a) && std::isfinite(b)) {
            distance.signal += a * a;
            distance.error += (a - b) * (a - b);
            distance.dot += a * b;
            distance.energy += b * b;
        } else if (std::isfinite(a)) {
            distance.signal += a * a;
            distance.error += a * a;
        } else if (!(a == b || (std::isnan(a) && std::isnan(b)))) {
            distance.error += 1;
        }
    }
    distance.count += n;
}

}  // namespace

std::vector<float> scores_of(const Tensor& output) { return bits(output.type) == 0 ? std::vector<float>() : to_floats(output); }

std::int32_t arg_max(std::span<const float> scores) {
    std::int32_t best = -1;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (std::isnan(scores[i])) continue;
        if (best < 0 || scores[i] > scores[static_cast<std::size_t>(best)]) best = static_cast<std::int32_t>(i);
    }
    return std::max(best, 0);
}

bool in_top(std::span<const float> scores, std::int64_t label, int k) {
    if (label < 0 || static_cast<std::size_t>(label) >= scores.size()) return false;
    const auto own = static_cast<std::size_t>(label);
    if (std::isnan(scores[own])) return false;
    int before = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        before += scores[i] > scores[own] || (scores[i] == scores[own] && i < own) ? 1 : 0;
    }
    return before < k;
}

void add_scores(OutputDistance& distance, std::span<const float> reference, std::span<const float> scores) { add_all(distance, reference, scores); }

void add_values(OutputDistance& distance, std::span<const double> reference, std::span<const double> values) { add_all(distance, reference, values); }

bool is_class_scores(const Tensor& output, std::uint64_t samples) {
    if (!is_floating(output.type) || output.dims.size() < 2 || output.dims[0] != static_cast<std::int64_t>(samples) || output.dims[1] < 2) return false;
    return std::all_of(output.dims.begin() + 2, output.dims.end(), [](std::int64_t dim) { return dim == 1; });
}

bool is_single_score(const Tensor& output, std::uint64_t samples) {
    if (!is_floating(output.type) || output.dims.empty() || output.dims[0] != static_cast<std::int64_t>(samples)) return false;
    return std::all_of(output.dims.begin() + 1, output.dims.end(), [](std::int64_t dim) { return dim == 1; });
}

double sqnr_db(const OutputDistance& distance) {
    constexpr double most = 200;
    if (distance.error <= 0) return most;
    if (distance.signal <= 0) return -most;
    return std::clamp(10 * std::log10(distance.signal / distance.error), -most, most);
}

double cosine(const OutputDistance& distance) {
    if (distance.signal <= 0 && distance.energy <= 0) return 1;
    if (distance.signal <= 0 || distance.energy <= 0) return 0;
    return std::clamp(distance.dot / std::sqrt(distance.signal * distance.energy), -1.0, 1.0);
}

}  // namespace vernier
