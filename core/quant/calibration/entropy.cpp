// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/quant/calibration/table.h"

namespace vernier {
namespace {

constexpr std::size_t kLevels = 255;  ///< groups of bins, one a step between codes
constexpr std::size_t kStride = 8;    ///< bins between two ends that are tried
constexpr double kSmall = 1e-4;       ///< what a bin without values counts, so that no logarithm is taken of zero

/// Probabilities without a zero: what empty bins get is taken from all others alike.
void smooth(std::vector<double>& counts) {
    const auto empty = static_cast<double>(std::count(counts.begin(), counts.end(), 0.0));
    const double full = static_cast<double>(counts.size()) - empty;
    double total = 0;
    for (double& count : counts) total += count = count == 0 ? kSmall : count - kSmall * empty / std::max(1.0, full);
    for (double& count : counts) count /= total;
}

/// What rounding to kLevels steps leaves of the values inside: each step's sum, spread over those of its bins in which something lies.
std::vector<double> rounded(const std::vector<double>& inside, const std::vector<double>& clipped) {
    std::vector<double> spread(inside.size(), 0.0);
    for (std::size_t level = 0; level < kLevels; ++level) {
        const std::size_t begin = level * inside.size() / kLevels, end = (level + 1) * inside.size() / kLevels;
        double sum = 0, bins = 0;
        for (std::size_t i = begin; i < end; ++i) {
            sum += inside[i];
            bins += clipped[i] > 0 ? 1 : 0;
        }
        for (std::size_t i = begin; i < end; ++i)
            if (clipped[i] > 0) spread[i] = sum / bins;
    }
    return spread;
}

/// The Kullback-Leibler divergence, nats, of what is left of the bins [begin, end) from all values, those outside clipped to the ends.
double divergence(const std::vector<std::uint64_t>& bins, std::size_t begin, std::size_t end) {
    const std::vector<double> inside(bins.begin() + std::ptrdiff_t(begin), bins.begin() + std::ptrdiff_t(end));
    std::vector<double> clipped = inside;
    for (std::size_t i = 0; i < begin; ++i) clipped.front() += double(bins[i]);
    for (std::size_t i = end; i < bins.size(); ++i) clipped.back() += double(bins[i]);
    std::vector<double> left = rounded(inside, clipped);
    smooth(clipped);
    smooth(left);
    double sum = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (clipped[i] > 0 && left[i] > 0) sum += clipped[i] * std::log(clipped[i] / left[i]);
    return sum;
}

/// The range that loses least information (S. Migacz, 8-bit inference with TensorRT, 2017): its ends lie as far from zero on both sides, or on the one
/// on which values were seen.
Range range(const RangeInput& input, const Calibration& /*calibration*/) {
    const Observed& observed = input.observed;
    const std::size_t half = observed.bins.size() / 2;
    const double width = std::ldexp(2.0 / Observed::kBins, observed.exponent);
    const bool below = observed.min<0, above = observed.max> 0;
    const auto most = static_cast<std::size_t>(std::ceil(std::max(-double(observed.min), double(observed.max)) / width));
    std::size_t best = std::min(most, half);
    double least = HUGE_VAL;
    for (std::size_t end = below && above ? (kLevels + 1) / 2 : kLevels; end < std::min(most, half) + kStride; end += kStride) {
        const std::size_t tried = std::min({end, most, half});
        const double lost = divergence(observed.bins, below ? half - tried : half, above ? half + tried : half);
        if (lost >= least) continue;
        least = lost;
        best = tried;
    }
    const auto reach = static_cast<float>(double(best) * width);
    return {below ? -reach : 0, above ? reach : 0};
}

}  // namespace

extern const RangeMethod kEntropyRanges;
const RangeMethod kEntropyRanges = {"entropy", "Entropy", "keeps most information, by Kullback-Leibler divergence", {}, range};

}  // namespace vernier
