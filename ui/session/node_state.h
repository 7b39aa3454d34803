// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <array>
#include <vector>

#include "core/flow/executed.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"

namespace vernier::ui {

/// What a panel shows of one node's method.
struct NodeState {
    Method chosen = Method::fp32;   ///< by rule or default
    Method applied = Method::fp32;  ///< what the plan says will happen; equals chosen until the plan is there
    bool own = false;               ///< chosen for this very node (a rule "#12"); otherwise inherited
    bool per_channel = true;
    bool absorbed = false;                ///< folded into a neighbour
    bool written = false;                 ///< applied is what a run of this very recipe was written with, not only planned
    int rule = -1;                        ///< which rule said so; -1 = the default
    QString why;                          ///< why applied differs from chosen, or empty
    Precision already = Precision::fp32;  ///< what the file computes it in, where no method changes it
    Executed executed = {};               ///< what the runtime runs in the run of this very recipe; unknown before there is one

    /// A node that is quantized, or of another float type, and stays as it is.
    [[nodiscard]] bool staysAsItWas() const { return applied == Method::fp32 && already != Precision::fp32; }
    /// The runtime runs it in another precision than the one that it was written in.
    [[nodiscard]] bool runsOtherwise() const { return !executed.why.empty(); }
};

/// True where one scale serves a whole weight tensor: coarser than the usual one a channel.
[[nodiscard]] inline bool isPerTensor(const NodeState& state, const Node& node) {
    return !state.per_channel && row(state.applied).weight_bits == 8 && node.weight_bytes > 0;
}

/// Live totals of the recipe as it stands. The size is an estimate and must be shown as one.
struct Totals {
    std::vector<int> nodes = std::vector<int>(methods().size());  ///< nodes by applied method, Constant nodes left out
    std::array<int, kPrecisions.size()> already{};                ///< nodes that stay as they were, by what they are; not among the FP32 nodes
    quint64 sizeEstimate = 0;                                     ///< bytes; 0 until the plan is there
    bool planned = false;
    bool written = false;  ///< nodes and size are those of a run of this recipe: no estimate
    int notAsChosen = 0;   ///< of the FP32 nodes: those for which another method was chosen
};

}  // namespace vernier::ui
