// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/detail/protos.h"

#include <span>
#include <vector>

namespace vernier {
namespace {

template <class T>
onnx::TensorProto raw_tensor(onnx::TensorProto::DataType type, const std::vector<std::int64_t>& dims, const T* values, std::size_t count) {
    onnx::TensorProto tensor;
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values, count * sizeof(T));
    return tensor;
}

template <class Field, class T>
void fill_raw(onnx::TensorProto& tensor, const Field& field, T) {
    std::vector<T> values;
    values.reserve(static_cast<std::size_t>(field.size()));
    for (const auto value : field) values.push_back(static_cast<T>(value));
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
}

}  // namespace

void collect_names(const onnx::GraphProto& graph, std::unordered_set<std::string>& names) {
    for (const auto& input : graph.input()) names.insert(input.name());
    for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
    for (const auto& info : graph.value_info()) names.insert(info.name());
    for (const auto& node : graph.node()) {
        names.insert(node.name());
        names.insert(node.output().begin(), node.output().end());
        for (const auto& attribute : node.attribute()) {
            if (attribute.has_g()) collect_names(attribute.g(), names);
            for (const auto& sub : attribute.graphs()) collect_names(sub, names);
        }
    }
}

std::optional<onnx::TensorProto> constant_tensor(const onnx::NodeProto& node) {
    using Type = onnx::TensorProto;
    for (const auto& attribute : node.attribute()) {
        const std::string& name = attribute.name();
        if (name == "value" && attribute.has_t() && attribute.t().data_type() != Type::STRING) return attribute.t();
        if (name == "value_float") {
            const float value = attribute.f();
            return raw_tensor(Type::FLOAT, {}, &value, 1);
        }
        if (name == "value_int") {
            const std::int64_t value = attribute.i();
            return raw_tensor(Type::INT64, {}, &value, 1);
        }
        if (name == "value_floats") return raw_tensor(Type::FLOAT, {attribute.floats_size()}, attribute.floats().data(), std::size_t(attribute.floats_size()));
        if (name == "value_ints") return raw_tensor(Type::INT64, {attribute.ints_size()}, attribute.ints().data(), std::size_t(attribute.ints_size()));
    }
    return std::nullopt;
}

Initializer as_initializer(const onnx::TensorProto& tensor) {
    Initializer view;
    view.name = tensor.name();
    view.type = static_cast<ElementType>(tensor.data_type());
    view.dims.assign(tensor.dims().begin(), tensor.dims().end());
    view.data = std::as_bytes(std::span(tensor.raw_data().data(), tensor.raw_data().size()));
    return view;
}

void normalize_to_raw(onnx::TensorProto& tensor) {
    if (tensor.has_raw_data() || tensor.data_location() == onnx::TensorProto::EXTERNAL) return;
    using Type = onnx::TensorProto;
    switch (tensor.data_type()) {
        case Type::FLOAT:
            fill_raw(tensor, tensor.float_data(), float{});
            tensor.clear_float_data();
            break;
        case Type::DOUBLE:
            fill_raw(tensor, tensor.double_data(), double{});
            tensor.clear_double_data();
            break;
        case Type::INT64:
            fill_raw(tensor, tensor.int64_data(), std::int64_t{});
            tensor.clear_int64_data();
            break;
        case Type::INT32:
            fill_raw(tensor, tensor.int32_data(), std::int32_t{});
            tensor.clear_int32_data();
            break;
        case Type::INT16:
        case Type::UINT16:
        case Type::FLOAT16:
        case Type::BFLOAT16:
            fill_raw(tensor, tensor.int32_data(), std::uint16_t{});
            tensor.clear_int32_data();
            break;
        case Type::INT8:
        case Type::UINT8:
        case Type::BOOL:
            fill_raw(tensor, tensor.int32_data(), std::uint8_t{});
            tensor.clear_int32_data();
            break;
        default: break;  // kept as it is: nothing of ours reads it
    }
}

onnx::TensorProto with_bytes(const onnx::TensorProto& tensor, std::span<const std::byte> bytes) {
    onnx::TensorProto whole = tensor;
    whole.clear_data_location();
    whole.clear_external_data();
    whole.set_raw_data(bytes.data(), bytes.size());
    return whole;
}

onnx::ModelProto without_initializers(const onnx::ModelProto& model) {
    onnx::ModelProto light;
    if (model.has_ir_version()) light.set_ir_version(model.ir_version());
    *light.mutable_opset_import() = model.opset_import();
    if (model.has_producer_name()) light.set_producer_name(model.producer_name());
    if (model.has_producer_version()) light.set_producer_version(model.producer_version());
    if (model.has_domain()) light.set_domain(model.domain());
    if (model.has_model_version()) light.set_model_version(model.model_version());
    if (model.has_doc_string()) light.set_doc_string(model.doc_string());
    *light.mutable_metadata_props() = model.metadata_props();
    *light.mutable_training_info() = model.training_info();
    *light.mutable_functions() = model.functions();
    *light.mutable_configuration() = model.configuration();
    light.mutable_unknown_fields()->MergeFrom(model.unknown_fields());
    const onnx::GraphProto& from = model.graph();
    onnx::GraphProto& to = *light.mutable_graph();
    if (from.has_name()) to.set_name(from.name());
    if (from.has_doc_string()) to.set_doc_string(from.doc_string());
    *to.mutable_node() = from.node();
    *to.mutable_input() = from.input();
    *to.mutable_output() = from.output();
    *to.mutable_value_info() = from.value_info();
    *to.mutable_sparse_initializer() = from.sparse_initializer();
    *to.mutable_quantization_annotation() = from.quantization_annotation();
    *to.mutable_metadata_props() = from.metadata_props();
    to.mutable_unknown_fields()->MergeFrom(from.unknown_fields());
    return light;
}

onnx::ValueInfoProto value_info(const std::string& name, const ValueType& type) {
    onnx::ValueInfoProto info;
    info.set_name(name);
    auto* tensor = info.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(static_cast<int>(type.element));
    if (!type.has_shape) return info;
    auto* shape = tensor->mutable_shape();
    for (const Dim& dim : type.dims) {
        auto* axis = shape->add_dim();
        if (dim.value >= 0)
            axis->set_dim_value(dim.value);
        else if (!dim.name.empty())
            axis->set_dim_param(dim.name);
    }
    return info;
}

}  // namespace vernier
