// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_emit.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/quant/methods/conv_widths.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/tap_share.h"
#include "core/quant/methods/weights_int8.h"

namespace vernier {
namespace {

/// Scale and zero point as initializers, shared by every tensor that must have the very same ones.
struct ParamNames {
    QuantParams params;
    std::string scale, zero_point;
};

class Emitter {
public:
    Emitter(GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration,
            const std::vector<bool>& per_channel, std::vector<Finding>& findings)
        : edit_(edit), plan_(plan), ranges_(ranges), calibration_(calibration), per_channel_(per_channel), findings_(findings) {}

    void run() {
        collect_ranges();
        tie_concats();
        const auto count = static_cast<int>(plan_.items.size());
        for (int i = 0; i < count; ++i) write_relu_as_leaky(i);
        for (int i = 0; i < count; ++i) remove_clamp(i);
        for (int i = 0; i < count; ++i) write_saturating(i);
        for (const int i : plan_.heavy) write_weights(i);
        for (int i = 0; i < count; ++i)
            if (item(i).kernel == Kernel::binary && !item(i).absorbed) write_constant_operands(i);
        for (const auto& [name, tensor] : plan_.tensors) write_pair(name, tensor);
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    const StaticItem& item(int i) const { return plan_.items[at(i)]; }
    onnx::NodeProto& node(int i) { return edit_.item(at(i)).proto; }

    const Observed& observed(const std::string& name) const {
        const auto found = ranges_.find(name);
        if (found == ranges_.end()) throw Error(ErrorKind::internal, "a tensor was not observed", {.tensor = name});
        return found->second;
    }

    void collect_ranges() {
        for (const auto& [name, tensor] : plan_.tensors) {
            if (tensor.observe.empty() || key_range_.contains(tensor.observe)) continue;
            Range range = range_of(observed(tensor.observe), calibration_);
            if (const auto root = plan_.tensors.find(tensor.observe); root != plan_.tensors.end() && root->second.clamped) {
                range.lo = std::max(range.lo, std::min(0.f, root->second.lo_bound));
                range.hi = std::min(range.hi, std::max(0.f, root->second.hi_bound));
            }
            key_range_[tensor.observe] = range;
            report_odd_values(tensor.observe);
        }
    }

    void report_odd_values(const std::string& name) {
        const Observed& seen = observed(name);
        if (seen.nan + seen.inf == 0) return;
        findings_.push_back({Severity::serious, "calibration-nan", kNone, {}, name,
                             "Calibration saw NaN or infinity in this tensor; its range was taken from the finite values.",
                             "Check the model and the calibration samples."});
    }

    std::string root(std::string key) const {
        for (auto found = tied_.find(key); found != tied_.end(); found = tied_.find(key)) key = found->second;
        return key;
    }

    /// Where saturation does the work of an absorbed clamp, a range must not reach beyond the clamp's bounds.
    Range widest(const std::string& key) const {
        if (const auto found = widest_.find(key); found != widest_.end()) return found->second;
        const auto tensor = plan_.tensors.find(key);
        if (tensor == plan_.tensors.end() || !tensor->second.clamped) return {-FLT_MAX, FLT_MAX};
        return {tensor->second.lo_bound, tensor->second.hi_bound};
    }

    /// Gives all operands of a Concat its output's scale where no operand loses more than one bit by it, nor a clamp that
    /// vanished into its range: the runtime then copies bytes instead of requantizing.
    void tie_concats() {
        for (int i = 0; i < static_cast<int>(plan_.items.size()); ++i) {
            if (item(i).kernel != Kernel::concat) continue;
            const std::string output = root(plan_.tensors.at(node(i).output(0)).observe);
            Range all = key_range_.at(output);
            std::vector<std::string> keys;
            bool can = true;
            for (const auto& input : node(i).input()) {
                const auto& observe = plan_.tensors.at(input).observe;
                if (observe.empty()) { can = false; break; }
                keys.push_back(root(observe));
                const Range range = key_range_.at(keys.back());
                all = {std::min(all.lo, range.lo), std::max(all.hi, range.hi)};
            }
            Range bounds = widest(output);
            for (const auto& key : keys) {
                const Range range = key_range_.at(key), limit = widest(key);
                can = can && all.hi - all.lo <= 2 * (range.hi - range.lo);
                bounds = {std::max(bounds.lo, limit.lo), std::min(bounds.hi, limit.hi)};
            }
            if (!can || all.lo < bounds.lo || all.hi > bounds.hi) continue;
            for (const auto& key : keys)
                if (key != output) tied_[key] = output;
            key_range_[output] = all;
            widest_[output] = bounds;
        }
    }

    const ParamNames& params(const QuantTensor& tensor) {
        const bool fixed = tensor.observe.empty();
        const std::string key = fixed ? fmt::format("unit_{:.0f}", 1.f / tensor.fixed_scale) : root(tensor.observe);
        auto [found, made] = params_.try_emplace(key);
        if (!made) return found->second;
        ParamNames& names = found->second;
        names = add_params(key, fixed ? QuantParams{tensor.fixed_scale, 0} : u8_params(key_range_.at(key)));
        return names;
    }

    ParamNames add_params(const std::string& base, QuantParams params) {
        return {params, edit_.add_constant<float>(base + "_scale", ElementType::float32, {}, {params.scale}),
                edit_.add_constant<std::uint8_t>(base + "_zero_point", ElementType::uint8, {}, {params.zero_point})};
    }

    void write_relu_as_leaky(int i) {
        if (item(i).kernel != Kernel::unary || node(i).op_type() != "Relu") return;
        node(i).set_op_type("LeakyRelu");
        set_attribute(node(i), "alpha", 0.f);
    }

    /// HardSigmoid has no integer kernel, but codes saturate as it does: x + 0, written with the scale of its straight part,
    /// read as [0, 1]. (QLinearAdd is the cheapest node that requantizes.) HardSwish multiplies x by that.
    void write_saturating(int i) {
        if (item(i).kernel == Kernel::hard_sigmoid) {
            node(i).clear_attribute();
            node(i).set_op_type("Add");
            edit_.set_input(i, 1, zero_operand());
        } else if (item(i).kernel == Kernel::hard_swish) {
            const std::string input = node(i).input(0), name = node(i).name();
            const std::string gate = edit_.fresh(name + "_gate");
            const Saturation saturation = saturation_of(node(i));
            edit_.add("Add", {input, zero_operand()}, {gate}, name + "_saturate");
            const ParamNames written = add_params(gate, {saturation.scale, saturation.zero_point});
            const ParamNames read = params({.fixed_scale = 1.f / 255.f});
            const std::string codes = edit_.fresh(gate + "_quantized"), back = edit_.fresh(gate + "_dequantized");
            edit_.add("QuantizeLinear", {gate, written.scale, written.zero_point}, {codes}, gate + "_QuantizeLinear");
            edit_.add("DequantizeLinear", {codes, read.scale, read.zero_point}, {back}, gate + "_DequantizeLinear");
            node(i).set_op_type("Mul");
            edit_.set_input(i, 1, back);
        }
    }

    /// Zero as an operand of an integer Add.
    const std::string& zero_operand() {
        if (!zero_.empty()) return zero_;
        const ParamNames p = add_params("zero", {1.f, 0});
        zero_ = edit_.fresh("zero_dequantized");
        edit_.add("DequantizeLinear", {edit_.add_constant<std::uint8_t>("zero_quantized", ElementType::uint8, {}, {0}), p.scale, p.zero_point},
                  {zero_}, "zero_DequantizeLinear");
        return zero_;
    }

    void remove_clamp(int i) {
        if (item(i).kernel != Kernel::clamp || !item(i).absorbed) return;
        const std::string input = node(i).input(0), output = node(i).output(0);
        const int producer = edit_.producer(input);
        edit_.remove(i);
        auto& outputs = *node(producer).mutable_output();
        for (int slot = 0; slot < outputs.size(); ++slot)
            if (outputs[slot] == input) edit_.set_output(producer, slot, output);
    }

    bool is_per_channel(int i) const { return per_channel_[at(i)]; }

    struct WeightShape {
        std::size_t channels = 1, stride = 1;
        std::int64_t axis = 0;
    };

    WeightShape weight_shape(int i, const std::vector<std::int64_t>& dims) {
        WeightShape shape;
        if (item(i).kernel == Kernel::matmul || (item(i).kernel == Kernel::gemm && attribute_int(node(i), "transB", 0) == 0)) shape.axis = 1;
        shape.channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(shape.axis)]);
        for (auto a = static_cast<std::size_t>(shape.axis) + 1; a < dims.size(); ++a) shape.stride *= static_cast<std::size_t>(dims[a]);
        return shape;
    }

    /// The bias as one number a channel, and where it is read: node and slot; node -1 without a bias.
    struct Bias {
        int node = -1, slot = 0;
        std::string name;
        std::vector<float> values;
    };

    Bias find_bias(int i, std::size_t channels) {
        Bias bias;
        if (item(i).kernel == Kernel::matmul) {
            const int add = edit_.only_reader(node(i).output(0));
            if (add < 0 || !item(add).absorbed || node(add).op_type() != "Add") return bias;
            bias.node = add;
            bias.slot = edit_.initializer(node(add).input(0)) != nullptr ? 0 : 1;
        } else if (node(i).input_size() > 2 && !node(i).input(2).empty()) {
            bias.node = i;
            bias.slot = 2;
        } else {
            return bias;
        }
        bias.name = node(bias.node).input(bias.slot);
        bias.values = edit_.floats(bias.name);
        if (bias.values.size() == 1) bias.values.assign(channels, bias.values[0]);
        if (bias.values.size() != channels) bias.node = -1, bias.values.clear();
        return bias;
    }

    /// Scales below which the runtime's 16-bit sums would be clipped on CPUs without VNNI.
    std::vector<float> least_scales(int i, const std::vector<float>& values, const std::vector<std::int64_t>& dims, const WeightShape& shape) {
        if (item(i).kernel == Kernel::matmul || item(i).kernel == Kernel::gemm) {
            if (dims.size() != 2) return {};
            return pair_safe_scales(values, matmul_layout(static_cast<std::size_t>(dims[shape.axis == 0 ? 1 : 0]), shape.channels, shape.axis == 0));
        }
        if (dims.size() < 3 || (dims[1] == 1 && attribute_int(node(i), "group", 1) > 1)) return {};
        return pair_safe_scales(values, conv_layout(dims));
    }

    WeightWalk weight_walk(int i, const std::vector<std::int64_t>& dims, const WeightShape& shape) {
        WeightWalk walk;
        walk.channels = shape.channels;
        if (item(i).kernel == Kernel::conv) {
            walk.inputs = static_cast<std::size_t>(dims[1]);
            walk.groups = static_cast<std::size_t>(attribute_int(node(i), "group", 1));
            for (std::size_t a = 2; a < dims.size(); ++a) walk.inner *= static_cast<std::size_t>(dims[a]);
            walk.input_stride = walk.inner;
            walk.channel_stride = walk.inputs * walk.inner;
            walk.tap_share = tap_shares(node(i), {dims.begin() + 2, dims.end()}, edit_.type(node(i).input(0)));
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
    std::int64_t padded_inputs(int i, const std::vector<std::int64_t>& dims) {
        if (item(i).kernel != Kernel::conv || attribute_int(node(i), "group", 1) != 1) return dims[1];
        if (plan_.tensors.at(node(i).input(0)).made_by_integer) return dims[1];
        return dims[1] > 1 && dims[1] < 8 ? (dims[1] + 3) / 4 * 4 : dims[1];
    }

    /// Gives back through the bias what rounding the weights takes from each channel on average. A Conv or Gemm without a
    /// bias gets one; a MatMul without an Add behind it has nowhere to put it.
    void correct_bias(int i, Bias& bias, const std::vector<float>& values, const std::vector<std::int64_t>& dims,
                      const WeightShape& shape, const Int8Weight& weight) {
        const auto watched = ranges_.find(node(i).input(0));
        if (watched == ranges_.end() || (bias.node < 0 && item(i).kernel == Kernel::matmul)) return;
        if (bias.node < 0 && node(i).input_size() > 2 && !node(i).input(2).empty()) return;
        const WeightWalk walk = weight_walk(i, dims, shape);
        auto mean = watched->second.channel_mean;
        if (!mean.empty()) mean.resize(walk.inputs * walk.groups, 0.0);  // channels that were added have weights of zero
        const auto shift = bias_shift(values, weight, walk, mean);
        if (shift.empty()) return;
        if (bias.node < 0) bias = {i, 2, node(i).input(1) + "_bias", std::vector<float>(shape.channels, 0.f)};
        for (std::size_t o = 0; o < shift.size(); ++o) bias.values[o] += shift[o];
    }

    void write_weights(int i) {
        const std::string name = node(i).input(1);
        auto dims = edit_.dims(name);
        auto values = edit_.floats(name);
        if (const auto inputs = padded_inputs(i, dims); inputs != dims[1]) {
            values = grown(values, dims, 1, inputs);
            padded_[i] = {dims.size(), inputs - dims[1]};
            dims[1] = inputs;
        }
        const WeightShape shape = weight_shape(i, dims);
        Bias bias = find_bias(i, shape.channels);
        const float input_scale = params(plan_.tensors.at(node(i).input(0))).params.scale;
        const Int8Weight weight = quantize_weight(values, shape.channels, shape.stride, is_per_channel(i), bias.values, input_scale,
                                                  least_scales(i, values, dims, shape));
        correct_bias(i, bias, values, dims, shape, weight);
        write_dequantized_weight(i, name, dims, shape, weight);
        if (bias.node < 0) return;
        if (has_float_bias(i, bias)) write_float_bias(bias, shape);
        else write_bias(bias, weight, input_scale, shape);
    }

    /// A product of rank 3 and more whose result stays float runs as MatMulIntegerToFloat with a float Add behind it; an
    /// int32 bias would be dequantized on each run. (Of rank 2 it becomes QGemm, which wants the int32 bias.)
    bool has_float_bias(int i, const Bias& bias) {
        if (item(i).kernel != Kernel::matmul || plan_.tensors.contains(node(bias.node).output(0))) return false;
        const ValueType type = edit_.type(node(i).input(0));
        return type.has_shape && type.dims.size() > 2;
    }

    void write_float_bias(const Bias& bias, const WeightShape& shape) {
        edit_.set_input(bias.node, bias.slot, edit_.add_constant(bias.name + "_corrected", ElementType::float32,
                                                                 {static_cast<std::int64_t>(shape.channels)}, bias.values));
    }

    void write_dequantized_weight(int i, const std::string& name, const std::vector<std::int64_t>& dims,
                                  const WeightShape& shape, const Int8Weight& weight) {
        const bool one = weight.scales.size() == 1;
        const std::vector<std::int64_t> scale_dims = one ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{static_cast<std::int64_t>(shape.channels)};
        const std::string codes = edit_.add_constant(name + "_quantized", ElementType::int8, dims, weight.codes);
        const std::string scale = edit_.add_constant(name + "_scale", ElementType::float32, scale_dims, weight.scales);
        const std::string zero = edit_.add_constant(name + "_zero_point", ElementType::int8, scale_dims,
                                                    std::vector<std::int8_t>(weight.scales.size(), 0));
        const std::string output = edit_.fresh(name + "_dequantized");
        const int dq = edit_.add("DequantizeLinear", {codes, scale, zero}, {output}, name + "_DequantizeLinear");
        if (!one) set_attribute(edit_.item(at(dq)).proto, "axis", shape.axis);
        edit_.set_input(i, 1, output);
    }

    void write_bias(const Bias& bias, const Int8Weight& weight, float input_scale, const WeightShape& shape) {
        std::vector<float> scales = weight.scales;
        for (float& scale : scales) scale *= input_scale;
        const bool one = scales.size() == 1;
        const auto channels = static_cast<std::int64_t>(shape.channels);
        const std::vector<std::int64_t> scale_dims = one ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{channels};
        const std::string codes = edit_.add_constant(bias.name + "_quantized", ElementType::int32, {channels},
                                                     quantize_bias(bias.values, weight.scales, input_scale));
        const std::string scale = edit_.add_constant(bias.name + "_scale", ElementType::float32, scale_dims, scales);
        const std::string output = edit_.fresh(bias.name + "_dequantized");
        const int dq = edit_.add("DequantizeLinear", {codes, scale}, {output}, bias.name + "_DequantizeLinear");
        if (!one) set_attribute(edit_.item(at(dq)).proto, "axis", 0);
        edit_.set_input(bias.node, bias.slot, output);
    }

    /// A constant operand of Add or Mul as U8, because a float one stops the fusion.
    void write_constant_operands(int i) {
        for (int slot = 0; slot < node(i).input_size(); ++slot) {
            const std::string name = node(i).input(slot);
            if (edit_.initializer(name) == nullptr) continue;
            const auto values = edit_.floats(name);
            const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
            const QuantParams q = values.empty() ? QuantParams{} : u8_params({*lo, *hi});
            std::vector<std::uint8_t> codes(values.size());
            std::transform(values.begin(), values.end(), codes.begin(), [&](float v) {
                return static_cast<std::uint8_t>(std::clamp(std::nearbyint(v / q.scale) + q.zero_point, 0.f, 255.f));
            });
            const std::string output = edit_.fresh(name + "_dequantized");
            edit_.add("DequantizeLinear",
                      {edit_.add_constant(name + "_quantized", ElementType::uint8, edit_.dims(name), codes),
                       edit_.add_constant<float>(name + "_scale", ElementType::float32, {}, {q.scale}),
                       edit_.add_constant<std::uint8_t>(name + "_zero_point", ElementType::uint8, {}, {q.zero_point})},
                      {output}, name + "_DequantizeLinear");
            edit_.set_input(i, slot, output);
        }
    }

    /// Puts Q and DQ on a tensor. Made by an integer node: every reader reads what comes back. Made by a float node or the
    /// caller: only integer readers do, float ones keep the float tensor.
    void write_pair(const std::string& name, const QuantTensor& tensor) {
        const ParamNames p = params(tensor);
        const int producer = edit_.producer(name);
        const std::string quantized = edit_.fresh(name + "_quantized");
        if (tensor.made_by_integer && producer >= 0) {
            const std::string raw = edit_.fresh(name + "_raw");
            auto& outputs = node(producer).output();
            for (int slot = 0; slot < outputs.size(); ++slot)
                if (outputs[slot] == name) edit_.set_output(producer, slot, raw);
            const ParamNames w = tensor.written.scale == 0 ? p : add_params(name + "_written", {tensor.written.scale, tensor.written.zero_point});
            edit_.add("QuantizeLinear", {raw, w.scale, w.zero_point}, {quantized}, name + "_QuantizeLinear");
            edit_.add("DequantizeLinear", {quantized, p.scale, p.zero_point}, {name}, name + "_DequantizeLinear");
            pad_inputs(name, quantized, p);
            return;
        }
        const std::string back = edit_.fresh(name + "_dequantized");
        edit_.add("QuantizeLinear", {name, p.scale, p.zero_point}, {quantized}, name + "_QuantizeLinear");
        pad_inputs(name, quantized, p);
        const auto readers = edit_.readers(name);
        edit_.add("DequantizeLinear", {quantized, p.scale, p.zero_point}, {back}, name + "_DequantizeLinear");
        for (const int reader : readers) {
            if (at(reader) >= plan_.items.size() || item(reader).kernel == Kernel::none || item(reader).absorbed) continue;
            for (int slot = 0; slot < node(reader).input_size(); ++slot)
                if (node(reader).input(slot) == name) edit_.set_input(reader, slot, back);
        }
    }

    /// Makes the convolutions with padded weights read the tensor with channels of zeros behind its own.
    void pad_inputs(const std::string& name, const std::string& quantized, const ParamNames& p) {
        for (const int reader : edit_.readers(name)) {
            if (!padded_.contains(reader) || node(reader).input(0) != name) continue;
            const auto [rank, added] = padded_.at(reader);
            std::vector<std::int64_t> pads(2 * rank, 0);
            pads[rank + 1] = added;  // behind the channels
            const std::string wide = edit_.fresh(name + "_padded"), back = edit_.fresh(name + "_padded_dequantized");
            const std::string amounts = edit_.add_constant(name + "_pads", ElementType::int64, {static_cast<std::int64_t>(pads.size())}, pads);
            edit_.add("Pad", {quantized, amounts, p.zero_point}, {wide}, name + "_Pad");
            edit_.add("DequantizeLinear", {wide, p.scale, p.zero_point}, {back}, name + "_padded_DequantizeLinear");
            edit_.set_input(reader, 0, back);
        }
    }

    GraphEdit& edit_;
    const StaticPlan& plan_;
    const Ranges& ranges_;
    const Calibration& calibration_;
    const std::vector<bool>& per_channel_;
    std::vector<Finding>& findings_;
    std::map<std::string, Range> key_range_;
    std::map<std::string, std::string> tied_;
    std::map<std::string, Range> widest_;  ///< of tied tensors
    std::map<std::string, ParamNames> params_;
    std::string zero_;                  ///< operand of value 0, once there is one
    struct Padding {
        std::size_t rank = 0;
        std::int64_t channels = 0;  ///< of zeros, behind the input's own
    };
    std::map<int, Padding> padded_;  ///< convolutions whose weights got input channels of zeros
};

}  // namespace

void emit_static(GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const Calibration& calibration,
                 const std::vector<bool>& per_channel, std::vector<Finding>& findings) {
    Emitter(edit, plan, ranges, calibration, per_channel, findings).run();
}

}  // namespace vernier
