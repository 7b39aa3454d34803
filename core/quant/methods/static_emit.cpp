// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/static_emit.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/quant/calibration/odd_source.h"
#include "core/quant/methods/static_loss.h"
#include "core/quant/methods/static_weights.h"

namespace vernier {
namespace {

/// Scale and zero point as initializers, shared by every tensor that must have the very same ones.
struct ParamNames {
    QuantParams params;
    std::string scale, zero_point;
};

class Emitter {
public:
    Emitter(GraphEdit& edit, const StaticWriting& writing, std::vector<Finding>& findings)
        : edit_(edit), plan_(writing.plan), ranges_(writing.ranges), calibration_(writing.calibration), findings_(findings),
          weights_(edit, writing.plan, writing.ranges, writing.per_channel, writing.rounding) {}

    void run() {
        collect_ranges();
        tie_concats();
        const auto count = static_cast<int>(plan_.items.size());
        for (int i = 0; i < count; ++i) write_relu_as_leaky(i);
        // Codes of a symmetric range do not saturate at the bounds of a clamp, and have no place for a gate.
        const bool saturates = plan_.dialect == Dialect::u8s8;
        for (int i = 0; saturates && i < count; ++i) remove_clamp(i);
        const bool weights = plan_.parts != StaticParts::activations, activations = plan_.parts != StaticParts::weights;
        for (int i = 0; activations && saturates && i < count; ++i) write_saturating(i);
        for (const int i : weights ? plan_.heavy : std::vector<int>()) weights_.write(i, params(plan_.tensors.at(node(i).input(0))).params.scale);
        for (int i = 0; i < count; ++i)
            if (item(i).kernel == Kernel::binary && !item(i).absorbed) write_constant_operands(i);
        for (const auto& [name, tensor] : plan_.tensors)
            if (activations)
                write_pair(name, tensor);
            else
                write_clamp(name, tensor);
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
            report_odd_values(tensor.observe);
            key_range_[tensor.observe] = range_of_key(plan_, ranges_, calibration_, tensor.observe);
        }
    }

    void report_odd_values(const std::string& name) {
        const Observed& seen = observed(name);
        if (seen.nan + seen.inf == 0) return;
        const OddSource source = odd_source(edit_, name);
        const std::string cause = source.constant.empty() ? "" : fmt::format(", because '{}' of {} holds such values", source.constant, source.node);
        findings_.push_back({Severity::serious, "calibration-nan", kNone, source.node, name,
                             fmt::format("Calibration saw NaN or infinity in this tensor{}; its range was taken from the finite values.", cause),
                             source.constant.empty() ? std::string("Check the model and the calibration samples.")
                                                     : fmt::format("Mend '{}' and quantize again.", source.constant)});
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
                if (observe.empty()) {
                    can = false;
                    break;
                }
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
        names = add_params(key, fixed ? fixed_params(tensor.fixed_scale) : params_of(key_range_.at(key)));
        return names;
    }

    [[nodiscard]] bool is_signed() const { return plan_.dialect == Dialect::s8s8; }
    [[nodiscard]] QuantParams params_of(Range range) const { return is_signed() ? s8_params(range) : u8_params(range); }
    /// Of a tensor that lies between 0 and 255 of these steps.
    [[nodiscard]] QuantParams fixed_params(float scale) const { return is_signed() ? s8_params({0, 255 * scale}) : QuantParams{scale, 0}; }

    ParamNames add_params(const std::string& base, QuantParams params) {
        return {params, edit_.add_constant<float>(base + "_scale", ElementType::float32, {}, {params.scale}),
                add_code(base + "_zero_point", params.zero_point)};
    }

    std::string add_code(const std::string& name, std::uint8_t code) { return add_codes(name, {}, {static_cast<float>(code)}); }

    /// Whole numbers as the dialect's integers.
    std::string add_codes(const std::string& name, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
        const auto cast = [&]<class Code>(Code) {
            std::vector<Code> codes(values.size());
            std::transform(values.begin(), values.end(), codes.begin(), [](float value) { return static_cast<Code>(value); });
            return codes;
        };
        if (is_signed()) return edit_.add_constant(name, ElementType::int8, dims, cast(std::int8_t{}));
        return edit_.add_constant(name, ElementType::uint8, dims, cast(std::uint8_t{}));
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
        edit_.add("DequantizeLinear", {edit_.add_constant<std::uint8_t>("zero_quantized", ElementType::uint8, {}, {0}), p.scale, p.zero_point}, {zero_},
                  "zero_DequantizeLinear");
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

    /// A constant operand of Add or Mul as U8, because a float one stops the fusion.
    void write_constant_operands(int i) {
        for (int slot = 0; slot < node(i).input_size(); ++slot) {
            const std::string name = node(i).input(slot);
            if (!edit_.is_constant(name)) continue;
            const auto values = edit_.floats(name);
            const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
            const QuantParams q = values.empty() ? QuantParams{} : params_of({std::min(*lo, 0.f), std::max(*hi, 0.f)});
            const float least = is_signed() ? -127.f : 0.f, most = is_signed() ? 127.f : 255.f;
            std::vector<float> codes(values.size());
            std::transform(values.begin(), values.end(), codes.begin(),
                           [&](float v) { return std::clamp(std::nearbyint(v / q.scale) + static_cast<float>(q.zero_point), least, most); });
            const std::string output = edit_.fresh(name + "_dequantized");
            const std::string stored = add_codes(name + "_quantized", edit_.dims(name), codes);
            const ParamNames p = add_params(name, q);
            edit_.add("DequantizeLinear", {stored, p.scale, p.zero_point}, {output}, name + "_DequantizeLinear");
            edit_.set_input(i, slot, output);
        }
    }

    /// A trial of the weights alone keeps what would have vanished into a pair.
    void write_clamp(const std::string& name, const QuantTensor& tensor) {
        const int producer = edit_.producer(name);
        if (!tensor.clamped || producer < 0) return;
        const std::string raw = edit_.fresh(name + "_raw");
        auto& outputs = node(producer).output();
        for (int slot = 0; slot < outputs.size(); ++slot)
            if (outputs[slot] == name) edit_.set_output(producer, slot, raw);
        const auto bound = [&](float value) { return edit_.add_scalar(name + "_bound", std::clamp(value, -FLT_MAX, FLT_MAX)); };
        edit_.add("Clip", {raw, bound(tensor.lo_bound), bound(tensor.hi_bound)}, {name}, name + "_Clip");
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
            const ParamNames w =
                tensor.written.scale == 0 || is_signed() ? p : add_params(name + "_written", {tensor.written.scale, tensor.written.zero_point});
            edit_.add("QuantizeLinear", {raw, w.scale, w.zero_point}, {quantized}, name + "_QuantizeLinear");
            edit_.add("DequantizeLinear", {quantized, p.scale, p.zero_point}, {name}, name + "_DequantizeLinear");
            pad_inputs(name, quantized, p);
            return;
        }
        const std::string back = edit_.fresh(name + "_dequantized");
        edit_.add("QuantizeLinear", {name, p.scale, p.zero_point}, {quantized}, name + "_QuantizeLinear");
        pad_inputs(name, quantized, p);
        std::vector<int> readers = edit_.readers(name);
        std::erase_if(readers, [&](int reader) { return at(reader) >= plan_.items.size() || item(reader).kernel == Kernel::none || item(reader).absorbed; });
        if (readers.empty()) return;  // the runtime would run a DequantizeLinear that nothing reads
        edit_.add("DequantizeLinear", {quantized, p.scale, p.zero_point}, {back}, name + "_DequantizeLinear");
        for (const int reader : readers)
            for (int slot = 0; slot < node(reader).input_size(); ++slot)
                if (node(reader).input(slot) == name) edit_.set_input(reader, slot, back);
    }

    /// Makes the convolutions with padded weights read the tensor with channels of zeros behind its own.
    void pad_inputs(const std::string& name, const std::string& quantized, const ParamNames& p) {
        for (const int reader : edit_.readers(name)) {
            const std::vector<std::int64_t> pads = weights_.input_pads(reader);
            if (pads.empty() || node(reader).input(0) != name) continue;
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
    std::vector<Finding>& findings_;
    StaticWeights weights_;
    std::map<std::string, Range> key_range_;
    std::map<std::string, std::string> tied_;
    std::map<std::string, Range> widest_;  ///< of tied tensors
    std::map<std::string, ParamNames> params_;
    std::string zero_;  ///< operand of value 0, once there is one
};

}  // namespace

void emit_static(GraphEdit& edit, const StaticWriting& writing, std::vector<Finding>& findings) { Emitter(edit, writing, findings).run(); }

}  // namespace vernier
