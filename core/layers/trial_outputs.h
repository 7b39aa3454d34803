// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "core/quant/canonical.h"

namespace onnx {
class GraphProto;
class ModelProto;
}  // namespace onnx

namespace vernier {

/// What the numbers of an output are, where a dataset or a Softmax says so.
enum class Scores { none, unknown, logits, probabilities };

/// An output of a model as trials are compared by it: in front of a final Softmax or Sigmoid, which hides errors where it saturates.
struct TrialOutput {
    std::string name;              ///< of the model's output
    std::string cut = {};          ///< node whose input is read in its place; empty: none
    Scores scores = Scores::none;  ///< of classes along the last axis
};

/// The floating outputs of a model. scores: the output that a dataset says to hold scores of classes; empty: none is said to.
[[nodiscard]] std::vector<TrialOutput> trial_outputs(const Canonical& canonical, const std::string& scores);

/// Makes a written trial answer with these outputs, in order, and drops what nothing needs any more.
/// Throws Error{internal} where a node to cut at is gone.
void answer_with(onnx::ModelProto& trial, const std::vector<TrialOutput>& outputs);
/// The same with tensors by their names, whose types are inferred.
void answer_with_tensors(onnx::ModelProto& trial, const std::vector<std::string>& tensors);

/// What the outputs of a graph need, without what only makes the tensors at which the search stops.
struct Needed {
    std::vector<int> nodes;                   ///< in their order
    std::unordered_set<std::string> tensors;  ///< all that are read, and the outputs
    std::vector<std::string> stops;           ///< those of the stops that are needed, in order
};
[[nodiscard]] Needed needed_from(const onnx::GraphProto& graph, const std::unordered_set<std::string>& stops);
/// Drops nodes, constants and inputs that are not needed.
void keep_only(onnx::GraphProto& graph, const Needed& needed);

}  // namespace vernier
