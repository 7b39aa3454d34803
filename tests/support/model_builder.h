// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/tensor.h"

namespace onnx {
class AttributeProto;
class GraphProto;
class ModelProto;
class TensorProto;
class TypeProto;
}  // namespace onnx

namespace vernier::test {

/// An axis of an input or output: a size, or a symbolic name. {"N", 3, 224, 224} is a list of these.
struct Axis {
    Axis(int size) : value(size) {}             // NOLINT: written as plain numbers in tests
    Axis(std::int64_t size) : value(size) {}    // NOLINT
    Axis(const char* symbol) : name(symbol) {}  // NOLINT
    std::int64_t value = -1;
    std::string name;
};
using Axes = std::vector<Axis>;
using Dims = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

/// An attribute of a node: {"axis", 1}, {"alpha", 0.5f}, {"mode", "nearest"}, {"pads", {1, 1, 1, 1}}, a tensor or a graph.
class Attr {
public:
    Attr(std::string name, int value);
    Attr(std::string name, std::int64_t value);
    Attr(std::string name, float value);
    Attr(std::string name, const char* value);
    Attr(std::string name, std::initializer_list<int> values);
    Attr(std::string name, const std::vector<std::int64_t>& values);
    Attr(std::string name, const std::vector<float>& values);
    Attr(std::string name, const onnx::TensorProto& value);
    Attr(std::string name, const onnx::GraphProto& value);
    [[nodiscard]] const onnx::AttributeProto& proto() const { return *proto_; }

private:
    std::shared_ptr<onnx::AttributeProto> proto_;
};
using Attrs = std::vector<Attr>;

/// Tensors with raw_data.
[[nodiscard]] onnx::TensorProto tensor_proto(const std::string& name, const std::vector<float>& values, const Dims& dims);
[[nodiscard]] onnx::TensorProto tensor_proto(const std::string& name, const std::vector<std::int64_t>& values, const Dims& dims);
[[nodiscard]] onnx::TensorProto tensor_proto(const std::string& name, ElementType type, std::string raw, const Dims& dims);

/// Builds a small ONNX model, line by line. Nodes must be added in topological order to be valid.
///
///     ModelBuilder b;
///     b.input("x", ElementType::float32, {"N", 8});
///     b.initializer("w", random_floats(32, 1), {8, 4});
///     b.node("MatMul", {"x", "w"}, {"y"});
///     b.output("y", ElementType::float32, {"N", 4});
///     ModelPtr model = make_model(b.build());
class ModelBuilder {
public:
    explicit ModelBuilder(int opset = 17, int ir_version = 8);
    ~ModelBuilder();
    ModelBuilder(ModelBuilder&&) noexcept;
    ModelBuilder& operator=(ModelBuilder&&) noexcept;

    ModelBuilder& domain(const std::string& name, int version);
    ModelBuilder& input(const std::string& name, ElementType type, const Axes& axes);
    ModelBuilder& output(const std::string& name, ElementType type, const Axes& axes);
    /// A type declared for an inner value.
    ModelBuilder& value_info(const std::string& name, ElementType type, const Axes& axes);
    ModelBuilder& initializer(const std::string& name, const std::vector<float>& values, const Dims& dims);
    ModelBuilder& initializer(const std::string& name, const std::vector<std::int64_t>& values, const Dims& dims);
    ModelBuilder& initializer(const onnx::TensorProto& tensor);
    /// name may be empty; the standard domain is "".
    ModelBuilder& node(const std::string& op_type, const Names& inputs, const Names& outputs, const Attrs& attrs = {}, const std::string& name = {},
                       const std::string& op_domain = {});

    [[nodiscard]] onnx::ModelProto build() const;
    /// Only the graph, as a body for If, Loop and Scan.
    [[nodiscard]] onnx::GraphProto graph() const;
    [[nodiscard]] std::string bytes() const;
    /// For whatever the lines above do not say.
    [[nodiscard]] onnx::ModelProto& proto() { return *proto_; }

private:
    std::unique_ptr<onnx::ModelProto> proto_;
};

}  // namespace vernier::test
