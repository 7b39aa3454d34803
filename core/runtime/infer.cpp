// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_set>

#include <onnx/onnx_pb.h>

#include "core/model/declared.h"
#include "core/runtime/detail/ort.h"

namespace vernier {

namespace {

/// Constants above this size never steer a shape; they become inputs, so that no weight is copied.
constexpr std::uint64_t kSteering = 1024;

bool is_heavy(const onnx::TensorProto& tensor) {
    std::vector<std::int64_t> dims(tensor.dims().begin(), tensor.dims().end());
    return element_count(dims) > kSteering || tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

void add_input_for(const onnx::TensorProto& tensor, onnx::GraphProto& graph) {
    onnx::ValueInfoProto* input = graph.add_input();
    input->set_name(tensor.name());
    auto* type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(tensor.data_type());
    auto* shape = type->mutable_shape();
    for (const std::int64_t size : tensor.dims()) {
        shape->add_dim()->set_dim_value(size);
    }
}

/// The model's nodes, its small constants, and an output for every computed value of the main graph.
onnx::ModelProto slim_copy(const onnx::ModelProto& model, bool with_weights) {
    onnx::ModelProto slim;
    slim.set_ir_version(std::max<std::int64_t>(model.ir_version(), 4));  // 4: constants need not be inputs
    *slim.mutable_opset_import() = model.opset_import();
    *slim.mutable_functions() = model.functions();
    onnx::GraphProto& graph = *slim.mutable_graph();
    const onnx::GraphProto& from = model.graph();
    graph.set_name(from.name());
    *graph.mutable_node() = from.node();
    *graph.mutable_sparse_initializer() = from.sparse_initializer();
    std::unordered_set<std::string> constants;
    for (const auto& tensor : from.initializer()) {
        constants.insert(tensor.name());
        if (is_heavy(tensor) && !with_weights) {
            add_input_for(tensor, graph);
        } else {
            *graph.add_initializer() = tensor;
        }
    }
    for (const auto& input : from.input()) {
        if (!constants.contains(input.name())) {
            *graph.add_input() = input;
        }
    }
    std::unordered_set<std::string> listed;
    for (const auto& output : from.output()) {
        *graph.add_output() = output;
        listed.insert(output.name());
    }
    forget_declared_shapes(graph);
    open_odd_axes(graph);
    for (const onnx::NodeProto& node : from.node()) {
        for (const std::string& output : node.output()) {
            if (!output.empty() && listed.insert(output).second) {
                graph.add_output()->set_name(output);
            }
        }
    }
    return slim;
}

/// What the runtime is asked for.
struct Asked {
    bool with_weights = false;
    bool at_sizes = false;  ///< open axes as Model::sizes() counts them
};

std::vector<Port> inferred_outputs(const detail::Library& library, const Model& model, const Asked& asked) {
    Target target;  // types are the same on all of them
    target.level = GraphLevel::off;
    target.plan_memory = false;
    onnx::ModelProto slim = slim_copy(model.proto(), asked.with_weights);
    if (asked.at_sizes) {
        set_input_sizes(*slim.mutable_graph(), model.sizes());
        // Declared outputs, which say N, are then inferred anew.
        for (onnx::ValueInfoProto& output : *slim.mutable_graph()->mutable_output()) output.clear_type();
    }
    const std::string bytes = detail::serialized(slim);
    const detail::SessionHandle session =
        detail::open_bytes(library, std::as_bytes(std::span(bytes)), model.folder(), detail::session_options(library, target).get());
    return detail::output_ports(library, session.get());
}

std::vector<NamedType> inferred_types(const RuntimePtr& runtime, const Model& model, bool at_sizes) {
    const detail::Library& library = detail::library_of(*runtime);
    std::vector<Port> ports;
    try {
        ports = inferred_outputs(library, model, {false, at_sizes});
    } catch (const Error&) {
        // Some kernels insist on constant weights when they are made.
        ports = inferred_outputs(library, model, {true, at_sizes});
    }
    std::vector<NamedType> types;
    for (Port& port : ports) {
        if (port.type.element != ElementType::undefined) {
            types.push_back({std::move(port.name), std::move(port.type)});
        }
    }
    return types;
}

}  // namespace

std::vector<NamedType> infer_types(const RuntimePtr& runtime, const Model& model) { return inferred_types(runtime, model, false); }

std::vector<NamedType> infer_sizes(const RuntimePtr& runtime, const Model& model) { return inferred_types(runtime, model, true); }

}  // namespace vernier
