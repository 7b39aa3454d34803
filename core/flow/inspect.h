// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/flow/advice.h"
#include "core/flow/open.h"

namespace vernier {

/// What there is to know about a model file before anything is measured.
struct Inspection {
    ModelPtr model;
    std::vector<std::pair<std::string, std::size_t>> ops;  ///< nodes an operator, the most frequent first
    Workload workload;
    Advice advice;
    std::vector<Finding> findings;
    std::optional<double> session_start_ms;  ///< nothing without a runtime, or for a very large graph
};

/// What to look at, and at which sizes.
struct InspectRequest {
    std::filesystem::path model;
    SizeChoices sizes = {};
    std::filesystem::path data = {};  ///< gives the sizes that are not chosen; empty: none
    Target target = {};               ///< where it is not the CPU: the model is run on it once, to see what it takes
};

/// Nodes of all graphs. Constant nodes are tensors of the file, not work: no count includes them.
[[nodiscard]] std::size_t count_nodes(const Model& model);

/// Opens a model, lets the runtime check it (when runtime is not null), and looks at it.
/// Throws Error{not_found, bad_model, bad_data, usage, cancelled}.
[[nodiscard]] Inspection inspect(const RuntimePtr& runtime, const InspectRequest& request, const Job& job);

/// model, sizes (of inputs with open axes, by name), size_bytes, sha256, ir, opset, opsets, producer, nodes, already, parameters, bytes (of the weights), macs,
/// inputs, outputs, ops, advice, findings, session_start_ms.
[[nodiscard]] Json to_json(const Inspection& inspection);

}  // namespace vernier
