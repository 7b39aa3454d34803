// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/layers/fault.h"
#include "core/layers/layers.h"
#include "core/layers/times.h"
#include "core/model/model.h"
#include "core/quant/regions.h"

namespace vernier {

/// What a node was to become, as plan and file say.
struct NodeState {
    std::string chosen, applied;  ///< ids of methods
    std::string reason;           ///< why the two differ, or why the runtime does not execute what was applied; empty: neither
    bool per_tensor = false;      ///< its weight has one scale
};

/// What the evidence of a model is put together from.
struct LayersParts {
    const Model& opened;
    const Regions& regions;
    const std::vector<NodeState>& states;  ///< by NodeId
    const FileTimes& fp32;                 ///< scaled to the measured p50, both
    const FileTimes& quantized;
    std::vector<Fault> faults = {};  ///< of the quantized file, each at its node of the opened model
    bool is_strange = false;         ///< another tool made the file: what regions break alone is told of Vernier's quantization, not of it
};

/// Rows of nodes and regions, with times and what is executed. Pure.
[[nodiscard]] Layers assembled(const LayersParts& parts);

/// Writes why and change of the nodes and the sentences of the whole, by all that is in it: called last. Pure.
void explain(Layers& layers, const LayersParts& parts);

}  // namespace vernier
