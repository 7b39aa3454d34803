// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/attributes.h"

#include <algorithm>

#include "core/model/domain.h"

namespace vernier {
namespace {

onnx::AttributeProto& attribute_for_writing(onnx::NodeProto& node, std::string_view name) {
    remove_attribute(node, name);
    auto* attribute = node.add_attribute();
    attribute->set_name(std::string(name));
    return *attribute;
}

}  // namespace

bool is_standard(const onnx::NodeProto& node) { return is_standard_domain(node.domain()); }

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
    for (const auto& attribute : node.attribute())
        if (attribute.name() == name) return &attribute;
    return nullptr;
}

std::int64_t attribute_int(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise) {
    const auto* attribute = find_attribute(node, name);
    return attribute != nullptr ? attribute->i() : otherwise;
}

float attribute_float(const onnx::NodeProto& node, std::string_view name, float otherwise) {
    const auto* attribute = find_attribute(node, name);
    return attribute != nullptr ? attribute->f() : otherwise;
}

std::vector<std::int64_t> attribute_ints(const onnx::NodeProto& node, std::string_view name) {
    const auto* attribute = find_attribute(node, name);
    if (attribute == nullptr) return {};
    return {attribute->ints().begin(), attribute->ints().end()};
}

std::string attribute_string(const onnx::NodeProto& node, std::string_view name, std::string_view otherwise) {
    const auto* attribute = find_attribute(node, name);
    return attribute != nullptr ? attribute->s() : std::string(otherwise);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, std::int64_t value) {
    auto& attribute = attribute_for_writing(node, name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, float value) {
    auto& attribute = attribute_for_writing(node, name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, const std::vector<std::int64_t>& values) {
    auto& attribute = attribute_for_writing(node, name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const auto value : values) attribute.add_ints(value);
}

void set_attribute(onnx::NodeProto& node, std::string_view name, std::string_view value) {
    auto& attribute = attribute_for_writing(node, name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(std::string(value));
}

void remove_attribute(onnx::NodeProto& node, std::string_view name) {
    auto& attributes = *node.mutable_attribute();
    attributes.erase(std::remove_if(attributes.begin(), attributes.end(), [&](const auto& attribute) { return attribute.name() == name; }), attributes.end());
}

}  // namespace vernier
