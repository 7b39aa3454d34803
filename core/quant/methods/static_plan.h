// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/quant/dialect.h"
#include "core/quant/edit.h"
#include "core/quant/operators.h"

namespace vernier {

/// What static INT8 does to one item of the prepared graph.
struct StaticItem {
    Kernel kernel = Kernel::none;  ///< none: stays float
    bool absorbed = false;         ///< a Relu or Clip that vanishes into the output of the node before it, or a bias Add
    std::string why;               ///< when a node that was chosen stays float
};

/// A tensor that gets QuantizeLinear and DequantizeLinear.
struct QuantTensor {
    std::string observe{};             ///< tensor whose range decides scale and zero point; empty for a fixed scale
    float fixed_scale = 0;             ///< with zero point 0, where observe is empty
    Saturation written{};              ///< HardSigmoid: what QuantizeLinear writes with, other than what its codes are read with
    bool made_by_integer = false;      ///< its producer runs in INT8 (or it moves INT8 data)
    float lo_bound = 0, hi_bound = 0;  ///< bounds of an absorbed clamp: the range never leaves them
    bool clamped = false;
    bool last = false;  ///< no node with weights reads what comes of it, so that what is cut off here is missing in the outputs
};

/// What a trial of static INT8 rounds: a file always has both.
enum class StaticParts { both, weights, activations };

/// Islands of integer kernels: exactly what fuses, nothing that does not.
struct StaticPlan {
    std::vector<StaticItem> items;               ///< by item index
    std::map<std::string, QuantTensor> tensors;  ///< by tensor name in the prepared graph
    std::vector<int> heavy;                      ///< Conv, MatMul, Gemm that run in INT8, in graph order
    StaticParts parts = StaticParts::both;
    Dialect dialect = Dialect::u8s8;
    WeightRange weight_range = WeightRange::safe;

    /// Tensors that calibration must watch, those too that need a range of their own only when a node before them is kept
    /// in float, and those of a fixed scale, which may share another.
    [[nodiscard]] std::vector<std::string> observed() const;
    /// Channel axis of the tensors that Conv, MatMul and Gemm read in INT8, whose means bias correction needs, and of those that
    /// these make: their power and peaks show what is lost beside a larger channel.
    [[nodiscard]] std::map<std::string, int> channel_axes(const GraphEdit& edit) const;
};

/// Along which axis a product sums what it reads: Conv 1, Gemm with transA 0, MatMul and other Gemm the last (-1).
[[nodiscard]] int input_channel_axis(const onnx::NodeProto& heavy);

/// wants[i] says that item i was chosen for INT8 static. Rules (ONNX Runtime 1.31.1, CPU):
/// heavy nodes run in INT8 where their conditions hold; light ones (Add, Sigmoid, pools, data movement) only on a path between
/// heavy ones, with every operand quantized anyway, so that no border is added for them. With edges also where a border is added.
[[nodiscard]] StaticPlan plan_static(const GraphEdit& edit, const std::vector<bool>& wants, bool edges = false);

/// Nodes in an order in which every producer comes before its readers.
[[nodiscard]] std::vector<int> topological(const GraphEdit& edit);

}  // namespace vernier
