// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <unordered_set>

#include <onnx/onnx_pb.h>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

namespace {

/// Smaller ones stay in the model, where shape inference finds them.
constexpr std::size_t kLeastLent = std::size_t{64} << 10;

/// Names that the nodes of a graph and of its bodies read, and its outputs.
void collect_reads(const onnx::GraphProto& graph, std::unordered_set<std::string>& reads) {
    for (const onnx::NodeProto& node : graph.node()) {
        reads.insert(node.input().begin(), node.input().end());
        for (const auto& attribute : node.attribute()) {
            if (attribute.has_g()) {
                collect_reads(attribute.g(), reads);
            }
            for (const auto& body : attribute.graphs()) {
                collect_reads(body, reads);
            }
        }
    }
    for (const auto& output : graph.output()) {
        reads.insert(output.name());
    }
}

bool can_be_lent(const onnx::TensorProto& tensor) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.raw_data().size() < kLeastLent) {
        return false;
    }
    const std::vector<std::int64_t> dims(tensor.dims().begin(), tensor.dims().end());
    const auto type = static_cast<ElementType>(tensor.data_type());
    // The API has no name for the types that came after 4-bit integers.
    return bits(type) >= 8 && tensor.data_type() <= ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4 && byte_size(type, element_count(dims)) == tensor.raw_data().size();
}

void mark_external(const onnx::TensorProto& tensor, onnx::TensorProto& light) {
    light.set_name(tensor.name());
    light.set_data_type(tensor.data_type());
    *light.mutable_dims() = tensor.dims();
    light.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
        auto* entry = light.add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    };
    add("location", "lent");
    add("offset", "0");
    add("length", std::to_string(tensor.raw_data().size()));
}

/// All of a graph but its initializers.
void copy_frame(const onnx::GraphProto& graph, onnx::GraphProto& light) {
    light.set_name(graph.name());
    *light.mutable_node() = graph.node();
    *light.mutable_sparse_initializer() = graph.sparse_initializer();
    *light.mutable_input() = graph.input();
    *light.mutable_output() = graph.output();
    *light.mutable_value_info() = graph.value_info();
    *light.mutable_quantization_annotation() = graph.quantization_annotation();
}

}  // namespace

onnx::ModelProto Lent::take(const Library& library, const onnx::ModelProto& model) {
    onnx::ModelProto light;
    light.set_ir_version(model.ir_version());
    light.set_domain(model.domain());
    *light.mutable_opset_import() = model.opset_import();
    *light.mutable_metadata_props() = model.metadata_props();
    *light.mutable_functions() = model.functions();
    copy_frame(model.graph(), *light.mutable_graph());
    std::unordered_set<std::string> reads;
    collect_reads(model.graph(), reads);
    for (const onnx::TensorProto& tensor : model.graph().initializer()) {
        onnx::TensorProto& own = *light.mutable_graph()->add_initializer();
        // The runtime drops what nobody reads, and then refuses to be lent it.
        if (!can_be_lent(tensor) || !reads.contains(tensor.name())) {
            own = tensor;
            continue;
        }
        mark_external(tensor, own);
        const std::vector<std::int64_t> dims(tensor.dims().begin(), tensor.dims().end());
        names_.push_back(tensor.name());
        values_.push_back(view_bytes(library, tensor.name(), static_cast<ElementType>(tensor.data_type()), dims,
                                     std::as_bytes(std::span(tensor.raw_data().data(), tensor.raw_data().size()))));
        bytes_ += tensor.raw_data().size();
    }
    return light;
}

void Lent::give(const Library& library, OrtSessionOptions* options) const {
    if (names_.empty()) {
        return;
    }
    std::vector<const char*> names;
    std::vector<const OrtValue*> values;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        names.push_back(names_[i].c_str());
        values.push_back(values_[i].get());
    }
    library.check(library.api().AddExternalInitializers(options, names.data(), values.data(), names.size()), ErrorKind::internal);
}

}  // namespace vernier::detail
