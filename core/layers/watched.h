// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/layers/on_the_way.h"

namespace onnx {
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace vernier {

/// A copy of a model with further outputs, and with tensors that can be exchanged.
class Watched {
public:
    explicit Watched(const Model& model);
    /// The name under which a value comes out. One in a body of If comes out empty where the other branch is taken; one of Loop and Scan as
    /// those of all turns, one behind the other.
    std::string add(ValueId value);
    /// The same for codes, brought back to float by a node of its own: what is fused around the file's own nodes stays fused.
    std::string add_codes(const TensorPair& pair);
    /// Inputs by which a run takes a tensor from outside in place of what the model makes: whether it does (a bool), and the tensor.
    struct Exchange {
        std::string use, value;
    };
    /// Of a float32 tensor of the main graph that a node makes, whose rank is known; from opset 9 on. It keeps its name.
    Exchange exchange(ValueId value);
    [[nodiscard]] std::unique_ptr<Session> open(const RuntimePtr& runtime, const Target& target) const;

private:
    /// A body in the copy, and the node that holds it.
    struct Body {
        onnx::GraphProto* graph = nullptr;
        onnx::NodeProto* holder = nullptr;
        GraphId outer = 0;
    };
    void find_bodies(const onnx::GraphProto& original, onnx::GraphProto& copy, GraphId outer);
    /// Hands a value of a body out to the main graph; the name that it has there.
    std::string lift(GraphId graph, std::string name, ElementType element);
    std::string fresh(const std::string& base);
    void output(const std::string& name, ElementType element);
    std::string input(const std::string& base, ElementType element, std::size_t rank);

    const Model& model_;
    std::shared_ptr<onnx::ModelProto> proto_;
    std::unordered_set<std::string> outputs_, names_;
    std::unordered_map<const onnx::NodeProto*, GraphId> graph_of_;  ///< of the original's nodes
    std::map<GraphId, Body> bodies_;
};

/// What of a tensor both models give: the numbers of the part that both have (a rewriting may have added channels of zeros at the end).
bool common_part(const Tensor& small, const Tensor& large, std::vector<float>& values);

/// The samples of a request, run by run.
struct Runs {
    Split split = Split::validation;
    std::vector<std::vector<std::uint64_t>> batches;
    std::uint64_t samples = 0;
};
[[nodiscard]] Runs runs_of(const OnTheWayRequest& request);

}  // namespace vernier
