// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/model/model.h"

namespace vernier {

/// What became of a node of the FP32 model in another file of the same network.
struct Twin {
    enum class Kind {
        same,      ///< a node computes it, as it was or in integers
        folded,    ///< a node computes it together with what stands before or behind it (BatchNormalization, Relu, a bias)
        removed,   ///< what it does needs no node any more: Identity, Dropout, a Cast, what nothing reads
        constant,  ///< computed once, and kept as a constant
        missing,   ///< nothing was found that stands for it
    };
    enum class By { nothing, name, tensor, structure };

    Kind kind = Kind::missing;
    By by = By::nothing;
    /// Nodes of the other file: the one that computes it first, then what brings its result back to float (dynamic INT8: Cast, Mul, Add).
    std::vector<NodeId> nodes = {};
    [[nodiscard]] NodeId node() const { return nodes.empty() ? kNone : nodes.front(); }
};
[[nodiscard]] std::string_view name(Twin::Kind kind);

/// Two tensors that should carry the same numbers.
struct TensorPair {
    ValueId reference = kNone;  ///< of the FP32 model
    ValueId made = kNone;       ///< what the twin makes: float, or codes (QLinear operators)
    ValueId seen = kNone;       ///< what its readers get: behind QuantizeLinear and DequantizeLinear where these are; may be made
    NodeId quantize = kNone;    ///< the node whose scale and zero point it goes through (QuantizeLinear or a QLinear operator); kNone for float
    NodeId twin = kNone;        ///< node of the other file that makes it
};

/// Every node of the FP32 model (by NodeId) with what stands for it, and the tensors that can be held against each other.
struct Twins {
    std::vector<Twin> nodes;              ///< by NodeId of the FP32 model
    std::vector<NodeId> reference_of;     ///< by NodeId of the other file: the FP32 node that it computes; kNone for Q, DQ, Cast, ...
    std::vector<TensorPair> tensors;      ///< in the order of the FP32 model; at most one a value
    std::vector<std::int32_t> tensor_of;  ///< by ValueId of the FP32 model: index into tensors, or kNone

    std::size_t counted = 0;  ///< nodes without Constant nodes
    std::size_t found = 0;    ///< of these, those that are not missing
};

/// Pairs a model with a file that this or another tool made of it: QDQ, QLinear operators, dynamic and weight-only INT8, FP16. Goes by node names, then
/// names of tensors, then structure (operator, neighbours, shape and values of weights), so that nodes may be unnamed or named anew. Pure.
[[nodiscard]] Twins pair_nodes(const Model& reference, const Model& other, const Job& job = {});

/// The tensor behind what only carries a value: QuantizeLinear, DequantizeLinear, Identity, and Cast between float types.
[[nodiscard]] ValueId carried(const Model& model, ValueId value);

}  // namespace vernier
