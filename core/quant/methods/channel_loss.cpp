// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/channel_loss.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/quant/methods/static_plan.h"

namespace vernier {
namespace {

/// A channel whose peak is this much below that of the largest is small.
constexpr double kFarBelow = 16;
/// Fewer small channels than this part of those in use say nothing: every network has some that hardly fire.
constexpr double kFewestSmall = 0.2;
/// Small channels that are less than this part of an output are as good as dead for it.
constexpr double kLeastShare = 1e-4;

/// Where a weight's elements lie: [channel, input, window].
struct Walk {
    std::size_t channels = 1, channel_stride = 1, inputs = 1, input_stride = 1, inner = 1, groups = 1;
};

Walk walk_of(const onnx::NodeProto& node, const std::vector<std::int64_t>& dims) {
    Walk walk;
    const auto d = [&](std::size_t axis) { return static_cast<std::size_t>(dims[axis]); };
    if (node.op_type() == "Conv") {
        walk.channels = d(0);
        walk.inputs = d(1);
        for (std::size_t a = 2; a < dims.size(); ++a) walk.inner *= d(a);
        walk.groups = static_cast<std::size_t>(attribute_int(node, "group", 1));
        walk.input_stride = walk.inner;
        walk.channel_stride = walk.inputs * walk.inner;
        return walk;
    }
    const bool flip = node.op_type() == "Gemm" && attribute_int(node, "transB", 0) != 0;
    walk.channels = d(flip ? 0 : 1);
    walk.inputs = d(flip ? 1 : 0);
    walk.channel_stride = flip ? walk.inputs : 1;
    walk.input_stride = flip ? 1 : walk.channels;
    return walk;
}

/// Which channels are small, and what they reach; none where they are too few.
std::vector<char> small_channels(const Observed& tensor, ProductLoss& about) {
    const auto& peak = tensor.channel_peak;
    const double largest = peak.empty() ? 0 : double(*std::max_element(peak.begin(), peak.end()));
    std::vector<char> small(peak.size(), 0);
    std::size_t used = 0;
    for (std::size_t i = 0; i < peak.size(); ++i) {
        used += peak[i] > 0;
        small[i] = peak[i] > 0 && double(peak[i]) * kFarBelow < largest;
        about.small_channels += small[i] != 0;
        if (small[i] != 0) about.small_peak = std::max(about.small_peak, double(peak[i]));
    }
    if (double(about.small_channels) < kFewestSmall * double(used)) about.small_channels = 0;
    return small;
}

double lost_power(double power, double step) { return std::min(power, step * step / 12); }

/// One output's signal and noise, over all channels and over the small ones.
struct Sums {
    double signal = 0, noise = 0, small_signal = 0, small_noise = 0;
};

}  // namespace

ProductLoss product_loss(const GraphEdit& edit, int item, const Observed& input, double step, bool per_channel) {
    const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
    const auto dims = edit.dims(node.input(1));
    const Walk walk = walk_of(node, dims);
    ProductLoss loss;
    const auto& power = input.channel_power;
    if (input.channel_axis != input_channel_axis(node)) return loss;  // seen along the axis of another reader
    if (power.size() != walk.inputs * walk.groups || walk.groups == 0 || walk.channels % walk.groups != 0) return loss;
    const auto weight = edit.floats(node.input(1));
    const auto small = small_channels(input, loss);
    const double of_all = per_channel ? 0 : double(edit.largest_magnitude(node.input(1)));
    double all = 0, only_small = 0;
    std::size_t outputs = 0, small_outputs = 0;
    for (std::size_t o = 0; o < walk.channels; ++o) {
        const std::size_t first = o / (walk.channels / walk.groups) * walk.inputs;
        const auto row = [&](std::size_t i, std::size_t k) { return double(weight[o * walk.channel_stride + i * walk.input_stride + k]); };
        double largest = of_all;
        for (std::size_t i = 0; per_channel && i < walk.inputs; ++i)
            for (std::size_t k = 0; k < walk.inner; ++k) largest = std::max(largest, std::fabs(row(i, k)));
        Sums sums;
        for (std::size_t i = 0; i < walk.inputs; ++i) {
            double squares = 0, lost_weight = 0;
            for (std::size_t k = 0; k < walk.inner; ++k) {
                const double square = row(i, k) * row(i, k);
                squares += square;
                lost_weight += lost_power(square, largest / 127);
            }
            const double p = power[first + i], gone = lost_power(p, step);
            sums.signal += p * squares;
            sums.noise += gone * squares + p * lost_weight;
            if (small[first + i] == 0) continue;
            sums.small_signal += p * squares;
            sums.small_noise += gone * squares;
        }
        loss.outputs.push_back(sums.noise);
        if (sums.signal > 0) ++outputs, all += std::min(1.0, sums.noise / sums.signal);
        if (sums.small_signal > kLeastShare * sums.signal) ++small_outputs, only_small += sums.small_noise / sums.small_signal;
    }
    if (outputs > 0) loss.noise_part = all / double(outputs);
    const double of_small = loss.small_channels > 0 && small_outputs > 0 ? only_small / double(small_outputs) : 0;
    if (of_small > std::max(loss.noise_part, kMostSmallNoise))
        loss.noise_part = of_small;
    else
        loss.small_channels = 0;
    return loss;
}

ProductLoss channel_loss(const Observed& tensor, double step) {
    ProductLoss loss;
    const auto small = small_channels(tensor, loss);
    if (loss.small_channels == 0 || tensor.channel_power.size() != small.size()) return loss;
    for (std::size_t i = 0; i < small.size(); ++i)
        if (small[i] != 0) loss.noise_part += lost_power(tensor.channel_power[i], step) / tensor.channel_power[i];
    loss.noise_part /= double(loss.small_channels);
    return loss;
}

double cancelled_part(const ProductLoss& loss, const Observed& output) {
    constexpr double kInUse = 1e-8;  // of the loudest one: what is below is no signal
    const auto& power = output.channel_power;
    if (power.empty() || power.size() != loss.outputs.size()) return 0;
    const double loudest = *std::max_element(power.begin(), power.end());
    double sum = 0;
    std::size_t used = 0;
    for (std::size_t o = 0; o < power.size(); ++o) {
        if (power[o] <= kInUse * loudest) continue;
        sum += std::min(1.0, loss.outputs[o] / power[o]);
        ++used;
    }
    return used > 0 ? sum / double(used) : 0;
}

RunLoss run_loss(const Observed& tensor, double step) {
    std::uint64_t runs = 0, below = 0;
    for (const auto& [key, count] : tensor.run_powers) runs += count;
    for (const auto& [key, count] : tensor.run_powers) {
        below += count;
        if (2 * below < runs) continue;
        const double power = std::exp2((key + 1) / 2.0);  // the upper end of its class
        return {lost_power(power, step) / power, std::sqrt(power)};
    }
    return {};
}

}  // namespace vernier
