// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_weights.h"

#include <algorithm>
#include <cmath>

#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/weight_walk.h"
#include "core/quant/rounding/sample_rounding.h"

namespace vernier {

std::vector<std::int64_t> StaticWeights::input_pads(int index) const {
    const auto found = padded_.find(index);
    if (found == padded_.end()) return {};
    std::vector<std::int64_t> pads(2 * found->second.rank, 0);
    pads[found->second.rank + 1] = found->second.channels;  // behind the channels
    return pads;
}

StaticWeights::WeightShape StaticWeights::weight_shape(int i, const std::vector<std::int64_t>& dims) const {
    WeightShape shape;
    if (item(i).kernel == Kernel::matmul || (item(i).kernel == Kernel::gemm && attribute_int(node(i), "transB", 0) == 0)) shape.axis = 1;
    shape.channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(shape.axis)]);
    for (auto a = static_cast<std::size_t>(shape.axis) + 1; a < dims.size(); ++a) shape.stride *= static_cast<std::size_t>(dims[a]);
    return shape;
}

StaticWeights::Bias StaticWeights::find_bias(int i, std::size_t channels) const {
    const ChannelBias found = channel_bias(edit_, i, channels);
    return found.node != i && found.node >= 0 && !item(found.node).absorbed ? Bias{} : found;
}

/// Scales with which codes lie between -64 and 64.
std::vector<float> StaticWeights::seven_bit_scales(const std::vector<float>& values, std::size_t channels, std::size_t stride) {
    std::vector<float> scales(channels, 0.f);
    for (std::size_t at = 0; at < values.size(); ++at) {
        float& scale = scales[at / stride % channels];
        scale = std::max(scale, std::fabs(values[at]) / 64.f);
    }
    return scales;
}

/// Where the runtime's 16-bit sums of pairs would be clipped on CPUs without VNNI; none: in no pair, or where the recipe does not ask for it.
std::optional<ProductLayout> StaticWeights::pairs_of(int i, const FloatWeight& weight) const {
    const auto& [values, dims, shape] = weight;
    if (plan_.weight_range != WeightRange::safe) return std::nullopt;
    if (item(i).kernel == Kernel::matmul || item(i).kernel == Kernel::gemm) {
        if (dims.size() != 2) return std::nullopt;
        return matmul_layout(static_cast<std::size_t>(dims[shape.axis == 0 ? 1 : 0]), shape.channels, shape.axis == 0);
    }
    if (dims.size() < 3 || (dims[1] == 1 && attribute_int(node(i), "group", 1) > 1)) return std::nullopt;
    return conv_layout(dims);
}

/// Scales below which sums would be clipped, or codes would leave the range that the recipe gives them.
std::vector<float> StaticWeights::least_scales(int i, const FloatWeight& weight) const {
    if (plan_.weight_range == WeightRange::seven_bit) return seven_bit_scales(weight.values, weight.shape.channels, weight.shape.stride);
    const auto pairs = pairs_of(i, weight);
    return pairs ? pair_safe_scales(weight.values, *pairs) : std::vector<float>();
}

/// The kernels take input channels four at a time; a stem of 2, 3, 5, 6 or 7 channels runs in 0.67 to 0.86 of its time with
/// channels of zeros up to the next four (one channel alone gains nothing). The integer result is the same. Only a stem:
/// between integer nodes such narrow tensors are small (squeeze-and-excitation), and the Pad would cost more.
std::int64_t StaticWeights::padded_inputs(int i, const std::vector<std::int64_t>& dims) const {
    if (item(i).kernel != Kernel::conv || attribute_int(node(i), "group", 1) != 1) return dims[1];
    if (plan_.dialect != Dialect::u8s8) return dims[1];  // it is a matter of the CPU's kernels
    if (plan_.tensors.at(node(i).input(0)).made_by_integer || plan_.parts == StaticParts::weights) return dims[1];
    return dims[1] > 1 && dims[1] < 8 ? (dims[1] + 3) / 4 * 4 : dims[1];
}

/// Whether samples showed what the node reads, and a bias can give back what is lost of it on average. A Conv or Gemm without a bias gets
/// one; a MatMul without an Add behind it has nowhere to put it.
bool StaticWeights::can_correct(int i, const Bias& bias) const {
    const auto watched = ranges_.find(node(i).input(0));
    if (watched == ranges_.end() || (bias.node < 0 && item(i).kernel == Kernel::matmul)) return false;
    if (bias.node < 0 && node(i).input_size() > 2 && !node(i).input(2).empty()) return false;
    return watched->second.channel_axis == input_channel_axis(node(i));  // else seen along the axis of another reader
}

/// Gives back through the bias what rounding the weights, and what lies before them, takes from each channel on average.
void StaticWeights::correct_bias(int i, Bias& bias, const FloatWeight& before, const Int8Weight& weight) const {
    if (!can_correct(i, bias)) return;
    const std::string& input = node(i).input(0);
    WeightWalk walk = weight_walk(node(i), before.dims);
    walk.tap_share = shares_of_taps(edit_, node(i), before.dims, ranges_);
    const auto of_all = [&](std::vector<double> mean) {  // channels that were added have weights of zero
        if (!mean.empty()) mean.resize(walk.inputs * walk.groups, 0.0);
        return mean;
    };
    const std::vector<double> quantized = rounding_ == nullptr ? std::vector<double>() : of_all(rounding_->mean(input));
    const auto shift = bias_shift(before.values, weight, walk, of_all(ranges_.at(input).channel_mean), quantized);
    if (shift.empty()) return;
    if (bias.node < 0) bias = {i, 2, node(i).input(1) + "_bias", std::vector<float>(before.shape.channels, 0.f)};
    for (std::size_t o = 0; o < shift.size(); ++o) bias.values[o] += shift[o];
}

void StaticWeights::round_by_samples(int i, const Bias& bias, const FloatWeight& before, Int8Weight& weight) const {
    if (rounding_ == nullptr) return;
    const std::vector<std::int8_t> nearest = weight.codes;
    rounding_->round(i, before.values, weight_walk(node(i), before.dims), can_correct(i, bias), weight);
    if (const auto pairs = pairs_of(i, before)) restore_unsafe_pairs(weight.codes, nearest, *pairs);
    if (plan_.weight_range != WeightRange::seven_bit) return;
    for (std::int8_t& code : weight.codes) code = std::clamp<std::int8_t>(code, -64, 64);
}

void StaticWeights::write(int i, float input_scale) {
    const std::string name = node(i).input(1);
    FloatWeight before{edit_.floats(name), edit_.dims(name)};
    if (const auto inputs = padded_inputs(i, before.dims); inputs != before.dims[1]) {
        before.values = grown(before.values, before.dims, 1, inputs);
        padded_[i] = {before.dims.size(), inputs - before.dims[1]};
        before.dims[1] = inputs;
    }
    const WeightShape shape = before.shape = weight_shape(i, before.dims);
    Bias bias = find_bias(i, shape.channels);
    Int8Weight weight =
        quantize_weight(before.values, {shape.channels, shape.stride, per_channel_[at(i)]}, {bias.values, input_scale, least_scales(i, before)});
    round_by_samples(i, bias, before, weight);
    correct_bias(i, bias, before, weight);
    write_weight(i, name, before.dims, shape, weight);
    if (bias.node < 0) return;
    if (has_float_bias(i, bias))
        write_float_bias(bias, shape);
    else
        write_bias(bias, weight, input_scale, shape);
}

/// A product of rank 3 and more whose result stays float runs as MatMulIntegerToFloat with a float Add behind it; an
/// int32 bias would be dequantized on each run. (Of rank 2 it becomes QGemm, which wants the int32 bias.)
bool StaticWeights::has_float_bias(int i, const Bias& bias) const {
    if (item(i).kernel != Kernel::matmul || plan_.tensors.contains(node(bias.node).output(0))) return false;
    const std::string& input = node(i).input(0);
    const auto seen = ranges_.find(input);
    const int rank = edit_.rank(input);
    if (rank >= 0 || seen == ranges_.end()) return rank > 2;
    return !seen->second.shapes.empty() && seen->second.shapes.begin()->first.size() > 2;
}

void StaticWeights::write_float_bias(const Bias& bias, const WeightShape& shape) {
    edit_.set_input(bias.node, bias.slot,
                    edit_.add_constant(bias.name + "_corrected", ElementType::float32, {static_cast<std::int64_t>(shape.channels)}, bias.values));
}

/// A weight that several nodes read is stored once, unless its codes differ (a bias can raise its scale).
std::vector<std::string> StaticWeights::store(const std::string& name, const std::vector<std::int64_t>& dims, const Int8Weight& weight) {
    const auto found = stored_.find(name);
    if (found != stored_.end() && found->second.dims == dims && found->second.weight == weight) return found->second.names;
    const std::vector<std::int64_t> scale_dims =
        weight.scales.size() == 1 ? std::vector<std::int64_t>{} : std::vector{static_cast<std::int64_t>(weight.scales.size())};
    std::vector<std::string> names = {
        edit_.add_constant(name + "_quantized", ElementType::int8, dims, weight.codes),
        edit_.add_constant(name + "_scale", ElementType::float32, scale_dims, weight.scales),
        edit_.add_constant(name + "_zero_point", ElementType::int8, scale_dims, std::vector<std::int8_t>(weight.scales.size(), 0))};
    if (edit_.readers(name).size() > 1) stored_.insert_or_assign(name, Stored{dims, weight, names});
    return names;
}

void StaticWeights::write_weight(int i, const std::string& name, const std::vector<std::int64_t>& dims, const WeightShape& shape, const Int8Weight& weight) {
    const std::string output = edit_.fresh(name + "_dequantized");
    const int dq = edit_.add("DequantizeLinear", store(name, dims, weight), {output}, name + "_DequantizeLinear");
    if (weight.scales.size() > 1) set_attribute(edit_.item(at(dq)).proto, "axis", shape.axis);
    edit_.set_input(i, 1, output);
}

void StaticWeights::write_bias(const Bias& bias, const Int8Weight& weight, float input_scale, const WeightShape& shape) {
    std::vector<float> scales = weight.scales;
    for (float& scale : scales) scale *= input_scale;
    const bool one = scales.size() == 1;
    const auto channels = static_cast<std::int64_t>(shape.channels);
    const std::vector<std::int64_t> scale_dims = one ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{channels};
    const std::string codes =
        edit_.add_constant(bias.name + "_quantized", ElementType::int32, {channels}, quantize_bias(bias.values, weight.scales, input_scale));
    const std::string scale = edit_.add_constant(bias.name + "_scale", ElementType::float32, scale_dims, scales);
    const std::string output = edit_.fresh(bias.name + "_dequantized");
    const int dq = edit_.add("DequantizeLinear", {codes, scale}, {output}, bias.name + "_DequantizeLinear");
    if (!one) set_attribute(edit_.item(at(dq)).proto, "axis", 0);
    edit_.set_input(bias.node, bias.slot, output);
}

}  // namespace vernier
