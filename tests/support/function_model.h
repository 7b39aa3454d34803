// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

inline onnx::NodeProto& add_node(onnx::FunctionProto& function, const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *function.add_node();
    node.set_op_type(op);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
}

/// Two calls of a function that multiplies by a weight of its own, adds a bias and leaks; the second call takes the default slope.
inline onnx::ModelProto two_calls() {
    ModelBuilder b(17);
    b.domain("my", 1).input("x", ElementType::float32, {1, 8}).initializer("b", random_floats(8, 1), {8});
    b.node("Block", {"x", "b"}, {"t"}, {{"slope", 0.5f}}, "one", "my").node("Block", {"t", "b"}, {"y"}, {}, "two", "my");
    b.output("y", ElementType::float32, {1, 8});
    onnx::ModelProto model = b.build();
    onnx::FunctionProto& function = *model.add_functions();
    function.set_domain("my");
    function.set_name("Block");
    function.add_input("a");
    function.add_input("bias");
    function.add_output("o");
    function.add_opset_import()->set_version(17);
    onnx::AttributeProto& slope = *function.add_attribute_proto();
    slope.set_name("slope");
    slope.set_type(onnx::AttributeProto::FLOAT);
    slope.set_f(0.25f);
    onnx::AttributeProto& value = *add_node(function, "Constant", {}, "w").add_attribute();
    value.set_name("value");
    value.set_type(onnx::AttributeProto::TENSOR);
    *value.mutable_t() = tensor_proto("w", random_floats(64, 2), {8, 8});
    add_node(function, "Gemm", {"a", "w", "bias"}, "g");
    onnx::AttributeProto& alpha = *add_node(function, "LeakyRelu", {"g"}, "o").add_attribute();
    alpha.set_name("alpha");
    alpha.set_type(onnx::AttributeProto::FLOAT);
    alpha.set_ref_attr_name("slope");
    return model;
}

}  // namespace vernier::test
