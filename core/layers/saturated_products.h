// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/layers/pair_overflow.h"
#include "core/model/model.h"
#include "core/runtime/amended.h"

namespace vernier {

/// A product of a quantized file, and what 16 bits clipped in it so far.
struct SaturatedNode {
    NodeId node = kNone;
    std::size_t risky = 0;  ///< pairs of weights that can clip
    ClippedPairs seen = {};
    [[nodiscard]] double share() const { return seen.pairs == 0 ? 0 : static_cast<double>(seen.clipped) / static_cast<double>(seen.pairs); }
};

/// Emulates a CPU that sums pairs of products in 16 bits (PairOverflow) while a QDQ file runs in float: behind each Conv (but depthwise ones), MatMul
/// and Gemm between DequantizeLinear of 8 bits, what clipping changes is added. The file must outlive it. One run at a time.
class SaturatedProducts {
public:
    explicit SaturatedProducts(const Model& file);
    /// Of a session that runs the file without fused integer kernels (GraphLevel::basic). They refer to this.
    [[nodiscard]] std::map<std::string, Amender> amenders();
    [[nodiscard]] std::vector<SaturatedNode> nodes() const;
    /// Products whose form it does not know (three spatial axes, a bias of another kind), by node: they count as exact.
    [[nodiscard]] const std::vector<NodeId>& unknown() const { return unknown_; }

private:
    /// An activation as codes, while the graph runs.
    struct Activation {
        float scale = 1;
        int zero_point = 0;  ///< as U8: codes of S8 are run with 128 added
        std::vector<std::uint8_t> codes = {};
        std::vector<std::int64_t> dims = {};
    };
    struct Product {
        SaturatedNode sums;
        std::string input, output;
        std::unique_ptr<PairOverflow> overflow;
    };
    void look_at(const Node& node);
    [[nodiscard]] bool read_activation(const Node& node);

    const Model& file_;
    std::map<std::string, Activation> activations_;
    std::vector<Product> products_;
    std::vector<NodeId> unknown_;
};

}  // namespace vernier
