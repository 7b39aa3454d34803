// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/model/model.h"

namespace vernier::detail {

/// A copy of a file's graph whose nodes are named after their NodeIds ("v12"), so that names in the graph that the runtime makes of it
/// tell which node they come from, whatever the file's own names are.
[[nodiscard]] onnx::ModelProto named_by_id(const Model& model);
/// The node in a name that the runtime made of such a one ("v12", "v12_token_3", "v12/MatMulAddFusion"); kNone for a name of its own.
[[nodiscard]] NodeId id_in_name(std::string_view name);

struct RunTensor {
    int producer = -1;  ///< RunNode; -1: input or constant
    std::vector<int> consumers;
    ValueId value = kNone;  ///< of the file, where it has one of that name
};

struct RunNode {
    onnx::NodeProto* proto = nullptr;
    int holder = -1;                   ///< RunNode whose body this node lies in
    std::vector<int> inputs, outputs;  ///< RunTensors; omitted ones and constants are left out
    NodeId named = kNone;              ///< of the file, by its name
    ValueId named_value = kNone;       ///< of the file: blocked kernels are named after the tensor that they make
};

/// The graph that the runtime executes for a file, with the graphs of bodies, in an order in which nodes stand behind what they read.
/// Renames its nodes "k0", "k1", ... by their places, under which the profiler then tells them.
class RunGraph {
public:
    RunGraph(onnx::ModelProto& executed, const Model& file);
    [[nodiscard]] const std::vector<RunNode>& nodes() const { return nodes_; }
    [[nodiscard]] const std::vector<RunTensor>& tensors() const { return tensors_; }

private:
    struct Scope {
        const Scope* outer = nullptr;
        GraphId graph = kNone;  ///< of the file
        std::unordered_map<std::string_view, int> tensors = {};
    };
    void add_graph(onnx::GraphProto& graph, Scope& scope, int holder);
    void add_bodies(onnx::NodeProto& node, const Scope& scope, std::vector<int>& children);
    void take_name(std::string_view name, const Scope& scope, RunNode& run) const;
    [[nodiscard]] int tensor(const std::string& name, const Scope& scope) const;
    int new_tensor(const std::string& name, Scope& scope);
    [[nodiscard]] ValueId value_of(const std::string& given, const Scope& scope) const;

    const Model& file_;
    std::unordered_map<std::string, GraphId> bodies_;  ///< "12/then_branch"
    std::vector<RunNode> nodes_;
    std::vector<RunTensor> tensors_;
};

}  // namespace vernier::detail
