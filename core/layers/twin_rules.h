// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/layers/twins.h"

namespace vernier {

/// True where other computes what reference does: the same operator, or one of its integer or fused forms.
[[nodiscard]] bool same_operator(const Node& reference, const Node& other);

/// Where other reads what the reference node reads at a slot; kNone where it has no such input.
[[nodiscard]] int slot_of(const Node& other, int reference_slot);
/// The same the other way round; kNone for scales and zero points.
[[nodiscard]] int reference_slot_of(const Node& other, int slot);

/// A node that tools fold into the one in front of it, or drop: BatchNormalization, activations, a constant operand, Identity, Dropout, Cast.
[[nodiscard]] bool may_fold(const Model& model, const Node& node);
/// Of these, the ones that leave the numbers as they are.
[[nodiscard]] bool keeps_numbers(const Node& node);

/// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, Identity, Cast between float types: the value goes on as output 0.
[[nodiscard]] bool is_carrier(const Model& model, const Node& node);

/// A node that reads a value, perhaps through carriers, and where.
struct Reader {
    NodeId node = kNone;
    int slot = 0;
    bool operator==(const Reader&) const = default;
};
[[nodiscard]] std::vector<Reader> readers_of(const Model& model, ValueId value);

/// A node's name without what tools add to it: "_quant", "_MatMul", "/MatMulAddFusion", "_token_12".
[[nodiscard]] std::string plain_name(std::string_view name);

/// Where the float result of a node is that computes in integers and leaves the scaling to others (MatMulInteger, ConvInteger): behind Cast, Mul
/// and, when with_bias is set, Add. nodes: those on the way. The node's own output where there is nothing of that.
struct ResultEnd {
    ValueId value = kNone;
    std::vector<NodeId> nodes = {};
};
[[nodiscard]] ResultEnd result_end(const Model& model, const Node& node, bool with_bias);

/// Fills in the codes that a tensor goes through: quantize and seen.
void find_seen(const Model& model, TensorPair& pair);

/// How much two nodes of the same operator are alike: attributes, shapes and values of constants. Higher is more alike.
[[nodiscard]] double likeness(const Model& reference, const Node& node, const Model& other, const Node& candidate);

}  // namespace vernier
