// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/layers/twins.h"

namespace vernier {

/// What is wrong in a quantized file, at a node.
struct Fault {
    std::string code = {};   ///< stable and documented
    NodeId node = kNone;     ///< of the quantized file; kNone for the whole file
    std::string label = {};  ///< the node's, as in the FP32 model where it has a twin there
    std::string text = {};   ///< one or two sentences
    std::string remedy = {};
    double weight = 0;  ///< noise over signal that it adds, where that was measured
};

/// The two files and what belongs together in them.
struct FilePair {
    const Model& reference;
    const Model& quantized;
    const Twins& twins;

    /// The node's label in the FP32 model, else in the quantized file.
    [[nodiscard]] std::string label(NodeId quantized_node) const;
};

/// What can be seen without running anything: `wrong-axis`, `wrong-bias-scale`, `saturated-scale` of weights, `opset`.
[[nodiscard]] std::vector<Fault> stored_faults(const FilePair& files, const Job& job = {});

}  // namespace vernier
