// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_weights.h"

#include <algorithm>
#include <cmath>

#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/tap_share.h"

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
    Bias bias;
    if (item(i).kernel == Kernel::matmul) {
        const int add = edit_.only_reader(node(i).output(0));
        if (add < 0 || !item(add).absorbed || node(add).op_type() != "Add") return bias;
        bias.node = add;
        bias.slot = edit_.is_constant(node(add).input(0)) ? 0 : 1;
    } else if (node(i).input_size() > 2 && !node(i).input(2).empty()) {
        bias.node = i;
        bias.slot = 2;
    } else {
        return bias;
    }
    bias.name = node(bias.node).input(bias.slot);
    if (!is_row(edit_.dims(bias.name), static_cast<std::int64_t>(channels))) return {};
    bias.values = edit_.floats(bias.name);
    if (bias.values.size() == 1) bias.values.assign(channels, bias.values[0]);
    return bias;
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

/// Scales below which the runtime's 16-bit sums would be clipped on CPUs without VNNI, or as the recipe wants them.
std::vector<float> StaticWeights::least_scales(int i, const FloatWeight& weight) const {
    const auto& [values, dims, shape] = weight;
    if (plan_.weight_range == WeightRange::full) return {};
    if (plan_.weight_range == WeightRange::seven_bit) return seven_bit_scales(values, shape.channels, shape.stride);
    if (item(i).kernel == Kernel::matmul || item(i).kernel == Kernel::gemm) {
        if (dims.size() != 2) return {};
        return pair_safe_scales(values, matmul_layout(static_cast<std::size_t>(dims[shape.axis == 0 ? 1 : 0]), shape.channels, shape.axis == 0));
    }
    if (dims.size() < 3 || (dims[1] == 1 && attribute_int(node(i), "group", 1) > 1)) return {};
    return pair_safe_scales(values, conv_layout(dims));
}

/// By the size of the input that is known for sure, else by those that calibration saw.
std::vector<double> StaticWeights::shares_of_taps(int i, const std::vector<std::int64_t>& window) const {
    const std::string& input = node(i).input(0);
    auto shares = tap_shares(node(i), window, edit_.type(input));
    const auto seen = ranges_.find(input);
    if (shares.empty() && seen != ranges_.end()) shares = tap_shares(node(i), window, seen->second.shapes);
    return shares;
}

WeightWalk StaticWeights::weight_walk(int i, const std::vector<std::int64_t>& dims, const WeightShape& shape) const {
    WeightWalk walk;
    walk.channels = shape.channels;
    if (item(i).kernel == Kernel::conv) {
        walk.inputs = static_cast<std::size_t>(dims[1]);
        walk.groups = static_cast<std::size_t>(attribute_int(node(i), "group", 1));
        for (std::size_t a = 2; a < dims.size(); ++a) walk.inner *= static_cast<std::size_t>(dims[a]);
        walk.input_stride = walk.inner;
        walk.channel_stride = walk.inputs * walk.inner;
        walk.tap_share = shares_of_taps(i, {dims.begin() + 2, dims.end()});
    } else {
        walk.inputs = static_cast<std::size_t>(dims[shape.axis == 0 ? 1 : 0]);
        walk.channel_stride = shape.axis == 0 ? walk.inputs : 1;
        walk.input_stride = shape.axis == 0 ? 1 : walk.channels;
    }
    return walk;
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

/// Gives back through the bias what rounding the weights takes from each channel on average. A Conv or Gemm without a
/// bias gets one; a MatMul without an Add behind it has nowhere to put it.
void StaticWeights::correct_bias(int i, Bias& bias, const FloatWeight& before, const Int8Weight& weight) const {
    const auto watched = ranges_.find(node(i).input(0));
    if (watched == ranges_.end() || (bias.node < 0 && item(i).kernel == Kernel::matmul)) return;
    if (bias.node < 0 && node(i).input_size() > 2 && !node(i).input(2).empty()) return;
    const WeightWalk walk = weight_walk(i, before.dims, before.shape);
    if (watched->second.channel_axis != input_channel_axis(node(i))) return;  // seen along the axis of another reader
    auto mean = watched->second.channel_mean;
    if (!mean.empty()) mean.resize(walk.inputs * walk.groups, 0.0);  // channels that were added have weights of zero
    const auto shift = bias_shift(before.values, weight, walk, mean);
    if (shift.empty()) return;
    if (bias.node < 0) bias = {i, 2, node(i).input(1) + "_bias", std::vector<float>(before.shape.channels, 0.f)};
    for (std::size_t o = 0; o < shift.size(); ++o) bias.values[o] += shift[o];
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
    const Int8Weight weight =
        quantize_weight(before.values, {shape.channels, shape.stride, per_channel_[at(i)]}, {bias.values, input_scale, least_scales(i, before)});
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
