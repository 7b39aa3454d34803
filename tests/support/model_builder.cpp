// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/model_builder.h"

#include <onnx/onnx_pb.h>

#include <utility>

namespace vernier::test {
namespace {

template <class T>
std::string raw_bytes(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

void fill(onnx::ValueInfoProto& info, const std::string& name, ElementType type, const Axes& axes) {
    info.set_name(name);
    onnx::TypeProto_Tensor& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(static_cast<int>(type));
    onnx::TensorShapeProto& shape = *tensor.mutable_shape();
    for (const Axis& axis : axes) {
        onnx::TensorShapeProto_Dimension& dim = *shape.add_dim();
        if (axis.value >= 0)
            dim.set_dim_value(axis.value);
        else if (!axis.name.empty())
            dim.set_dim_param(axis.name);
    }
}

std::shared_ptr<onnx::AttributeProto> attribute(std::string name, onnx::AttributeProto_AttributeType type) {
    auto proto = std::make_shared<onnx::AttributeProto>();
    proto->set_name(std::move(name));
    proto->set_type(type);
    return proto;
}

}  // namespace

Attr::Attr(std::string name, int value) : Attr(std::move(name), static_cast<std::int64_t>(value)) {}

Attr::Attr(std::string name, std::int64_t value) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_INT)) { proto_->set_i(value); }

Attr::Attr(std::string name, float value) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_FLOAT)) { proto_->set_f(value); }

Attr::Attr(std::string name, const char* value) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_STRING)) { proto_->set_s(value); }

Attr::Attr(std::string name, std::initializer_list<int> values) : Attr(std::move(name), std::vector<std::int64_t>(values.begin(), values.end())) {}

Attr::Attr(std::string name, const std::vector<std::int64_t>& values) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_INTS)) {
    for (const std::int64_t value : values) proto_->add_ints(value);
}

Attr::Attr(std::string name, const std::vector<float>& values) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_FLOATS)) {
    for (const float value : values) proto_->add_floats(value);
}

Attr::Attr(std::string name, const onnx::TensorProto& value) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_TENSOR)) {
    *proto_->mutable_t() = value;
}

Attr::Attr(std::string name, const onnx::GraphProto& value) : proto_(attribute(std::move(name), onnx::AttributeProto_AttributeType_GRAPH)) {
    *proto_->mutable_g() = value;
}

onnx::TensorProto tensor_proto(const std::string& name, ElementType type, std::string raw, const Dims& dims) {
    onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(static_cast<int>(type));
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(std::move(raw));
    return tensor;
}

onnx::TensorProto tensor_proto(const std::string& name, const std::vector<float>& values, const Dims& dims) {
    return tensor_proto(name, ElementType::float32, raw_bytes(values), dims);
}

onnx::TensorProto tensor_proto(const std::string& name, const std::vector<std::int64_t>& values, const Dims& dims) {
    return tensor_proto(name, ElementType::int64, raw_bytes(values), dims);
}

ModelBuilder::ModelBuilder(int opset, int ir_version) : proto_(std::make_unique<onnx::ModelProto>()) {
    proto_->set_ir_version(ir_version);
    proto_->set_producer_name("vernier-tests");
    proto_->mutable_graph()->set_name("graph");
    domain("", opset);
}

ModelBuilder::~ModelBuilder() = default;
ModelBuilder::ModelBuilder(ModelBuilder&&) noexcept = default;
ModelBuilder& ModelBuilder::operator=(ModelBuilder&&) noexcept = default;

ModelBuilder& ModelBuilder::domain(const std::string& name, int version) {
    onnx::OperatorSetIdProto& import = *proto_->add_opset_import();
    import.set_domain(name);
    import.set_version(version);
    return *this;
}

ModelBuilder& ModelBuilder::input(const std::string& name, ElementType type, const Axes& axes) {
    fill(*proto_->mutable_graph()->add_input(), name, type, axes);
    return *this;
}

ModelBuilder& ModelBuilder::output(const std::string& name, ElementType type, const Axes& axes) {
    fill(*proto_->mutable_graph()->add_output(), name, type, axes);
    return *this;
}

ModelBuilder& ModelBuilder::value_info(const std::string& name, ElementType type, const Axes& axes) {
    fill(*proto_->mutable_graph()->add_value_info(), name, type, axes);
    return *this;
}

ModelBuilder& ModelBuilder::initializer(const std::string& name, const std::vector<float>& values, const Dims& dims) {
    return initializer(tensor_proto(name, values, dims));
}

ModelBuilder& ModelBuilder::initializer(const std::string& name, const std::vector<std::int64_t>& values, const Dims& dims) {
    return initializer(tensor_proto(name, values, dims));
}

ModelBuilder& ModelBuilder::initializer(const onnx::TensorProto& tensor) {
    *proto_->mutable_graph()->add_initializer() = tensor;
    return *this;
}

ModelBuilder& ModelBuilder::node(const std::string& op_type, const Names& inputs, const Names& outputs, const Attrs& attrs, const std::string& name,
                                 const std::string& op_domain) {
    onnx::NodeProto& node = *proto_->mutable_graph()->add_node();
    node.set_op_type(op_type);
    node.set_name(name);
    node.set_domain(op_domain);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    for (const Attr& attr : attrs) *node.add_attribute() = attr.proto();
    return *this;
}

onnx::ModelProto ModelBuilder::build() const { return *proto_; }
onnx::GraphProto ModelBuilder::graph() const { return proto_->graph(); }
std::string ModelBuilder::bytes() const { return proto_->SerializeAsString(); }

}  // namespace vernier::test
