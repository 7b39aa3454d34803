// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/weights_int8.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace vernier {
namespace {

constexpr double kBiasRoom = 1073741824.0;       // 2^30: leaves room for the sum of products
constexpr double kDeadChannelCodes = 1048576.0;  // 2^20: a channel of bias alone keeps 20 bits of it

float scale_of(double largest, double bias, double input_scale) {
    double scale = largest / 127.0;
    if (largest == 0 && bias != 0) scale = bias / (input_scale * kDeadChannelCodes);
    scale = std::max(scale, bias / (input_scale * kBiasRoom));
    return scale >= FLT_MIN ? static_cast<float>(scale) : 1.f;
}

/// Calls visit(group, element) for each element of a weight, in order and without a division for each: networks that are unrolled in
/// time round one weight hundreds of times.
template <class Visit>
void each_element(std::size_t size, const WeightChannels& channels, const Visit& visit) {
    const std::size_t groups = channels.each ? channels.count : 1, run = channels.each ? channels.stride : size;
    for (std::size_t first = 0, group = 0; first < size; first += run, group = group + 1 == groups ? 0 : group + 1)
        for (std::size_t i = first; i < std::min(first + run, size); ++i) visit(group, i);
}

/// To the nearest whole number, ties to even, of a number within +-2^22: what is added leaves no bits for a fraction. As
/// std::nearbyint, which is a call of a library for each number.
float nearest(float x) {
    constexpr float kNoFraction = 12582912.F;  // 1.5 * 2^23
    return (x + kNoFraction) - kNoFraction;
}

/// Of each input, in the float model and in the quantized one.
struct Means {
    const std::vector<double>& before;
    const std::vector<double>& after;
};

/// rounded(o, at): what the element `at` of output channel o is rounded to.
template <class Rounded>
std::vector<float> shift_of(const std::vector<float>& weight, const WeightWalk& walk, const Means& means, const Rounded& rounded) {
    if (means.before.size() != walk.inputs * walk.groups || means.after.size() != means.before.size() || walk.channels % walk.groups != 0) return {};
    const std::vector<double> share = walk.tap_share.size() == walk.inner ? walk.tap_share : std::vector<double>(walk.inner, 1.0);
    std::vector<float> shift(walk.channels, 0.f);
    for (std::size_t o = 0; o < walk.channels; ++o) {
        const std::size_t first = o / (walk.channels / walk.groups) * walk.inputs;
        double sum = 0;
        for (std::size_t i = 0; i < walk.inputs; ++i) {
            const double before = means.before[first + i], after = means.after[first + i];
            const std::size_t at = walk.at(o, i);
            for (std::size_t k = 0; k < walk.inner; ++k) sum += share[k] * (before * weight[at + k] - after * rounded(o, at + k));
        }
        shift[o] = static_cast<float>(sum);
    }
    return shift;
}

}  // namespace

Int8Weight quantize_weight(const std::vector<float>& weight, const WeightChannels& channels, const ScaleNeeds& needs) {
    const std::size_t groups = channels.each ? channels.count : 1;
    std::vector<float> largest(groups, 0.f), largest_bias(groups, 0.f);
    each_element(weight.size(), channels, [&](std::size_t group, std::size_t i) { largest[group] = std::max(largest[group], std::fabs(weight[i])); });
    for (std::size_t c = 0; c < needs.bias.size(); ++c) {
        float& top = largest_bias[channels.each ? c : 0];
        top = std::max(top, std::fabs(needs.bias[c]));
    }
    Int8Weight result;
    result.scales.resize(groups);
    for (std::size_t g = 0; g < groups; ++g) result.scales[g] = scale_of(largest[g], largest_bias[g], needs.input_scale);
    for (std::size_t c = 0; c < needs.least.size(); ++c) {
        float& scale = result.scales[channels.each ? c : 0];
        scale = std::max(scale, needs.least[c]);
    }
    result.codes.resize(weight.size());
    each_element(weight.size(), channels, [&](std::size_t group, std::size_t i) {
        result.codes[i] = static_cast<std::int8_t>(nearest(std::clamp(weight[i] / result.scales[group], -127.F, 127.F)));
    });
    return result;
}

std::vector<float> bias_shift(const std::vector<float>& weight, const Int8Weight& rounded, const WeightWalk& walk, const std::vector<double>& mean,
                              const std::vector<double>& quantized_mean) {
    return shift_of(weight, walk, {mean, quantized_mean.empty() ? mean : quantized_mean},
                    [&](std::size_t o, std::size_t at) { return double(rounded.scales[rounded.scales.size() == 1 ? 0 : o]) * rounded.codes[at]; });
}

std::vector<float> bias_shift(const std::vector<float>& weight, const std::vector<float>& rounded, const WeightWalk& walk, const std::vector<double>& mean,
                              const std::vector<double>& quantized_mean) {
    return shift_of(weight, walk, {mean, quantized_mean.empty() ? mean : quantized_mean}, [&](std::size_t, std::size_t at) { return double(rounded[at]); });
}

std::vector<std::int32_t> quantize_bias(const std::vector<float>& bias, const std::vector<float>& scales, float input_scale) {
    std::vector<std::int32_t> codes(bias.size());
    for (std::size_t c = 0; c < bias.size(); ++c) {
        const float scale = input_scale * scales[scales.size() == 1 ? 0 : c];
        const double code = std::nearbyint(double(bias[c]) / double(scale));
        codes[c] = static_cast<std::int32_t>(std::clamp(code, -2147483647.0, 2147483647.0));
    }
    return codes;
}

}  // namespace vernier
