// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"
#include "core/quant/methods/pair_safe.h"
#include "core/quant/methods/static_plan.h"
#include "core/quant/methods/weight_walk.h"
#include "core/quant/methods/weights_int8.h"

namespace vernier {

class SampleRounding;

/// Writes weights and biases of Conv, MatMul and Gemm as S8 and S32 with a DequantizeLinear each. The references must
/// outlive it.
class StaticWeights {
public:
    /// per_channel: by index of the plan's items.
    StaticWeights(GraphEdit& edit, const StaticPlan& plan, const Ranges& ranges, const std::vector<bool>& per_channel, const SampleRounding* rounding)
        : edit_(edit), plan_(plan), ranges_(ranges), per_channel_(per_channel), rounding_(rounding) {}

    /// Rewrites one of plan.heavy; input_scale is the scale of its activation.
    void write(int index, float input_scale);
    /// Pads (as of Pad) that the node's activation needs since its weight got input channels of zeros; empty for none.
    [[nodiscard]] std::vector<std::int64_t> input_pads(int index) const;

private:
    struct WeightShape {
        std::size_t channels = 1, stride = 1;
        std::int64_t axis = 0;
    };
    /// A weight before it is rounded.
    struct FloatWeight {
        std::vector<float> values;
        std::vector<std::int64_t> dims;
        WeightShape shape = {};
    };
    using Bias = ChannelBias;
    /// Initializers of a weight that several nodes read, and what they hold.
    struct Stored {
        std::vector<std::int64_t> dims;
        Int8Weight weight;
        std::vector<std::string> names;  ///< codes, scale, zero point
    };
    struct Padding {
        std::size_t rank = 0;
        std::int64_t channels = 0;  ///< of zeros, behind the input's own
    };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    [[nodiscard]] const StaticItem& item(int i) const { return plan_.items[at(i)]; }
    [[nodiscard]] const onnx::NodeProto& node(int i) const { return edit_.item(at(i)).proto; }

    [[nodiscard]] WeightShape weight_shape(int i, const std::vector<std::int64_t>& dims) const;
    [[nodiscard]] Bias find_bias(int i, std::size_t channels) const;
    [[nodiscard]] std::optional<ProductLayout> pairs_of(int i, const FloatWeight& weight) const;
    [[nodiscard]] bool can_correct(int i, const Bias& bias) const;
    void round_by_samples(int i, const Bias& bias, const FloatWeight& before, Int8Weight& weight) const;
    [[nodiscard]] static std::vector<float> seven_bit_scales(const std::vector<float>& values, std::size_t channels, std::size_t stride);
    [[nodiscard]] std::vector<float> least_scales(int i, const FloatWeight& weight) const;
    [[nodiscard]] std::int64_t padded_inputs(int i, const std::vector<std::int64_t>& dims) const;
    [[nodiscard]] bool has_float_bias(int i, const Bias& bias) const;
    void correct_bias(int i, Bias& bias, const FloatWeight& before, const Int8Weight& weight) const;
    [[nodiscard]] std::vector<std::string> store(const std::string& name, const std::vector<std::int64_t>& dims, const Int8Weight& weight);
    void write_weight(int i, const std::string& name, const std::vector<std::int64_t>& dims, const WeightShape& shape, const Int8Weight& weight);
    void write_float_bias(const Bias& bias, const WeightShape& shape);
    void write_bias(const Bias& bias, const Int8Weight& weight, float input_scale, const WeightShape& shape);

    GraphEdit& edit_;
    const StaticPlan& plan_;
    const Ranges& ranges_;
    const std::vector<bool>& per_channel_;
    const SampleRounding* rounding_;  ///< null: codes are the nearest ones
    std::map<int, Padding> padded_;
    std::map<std::string, Stored> stored_;
};

}  // namespace vernier
