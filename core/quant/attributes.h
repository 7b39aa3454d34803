// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

namespace vernier {

/// True for operators of the ONNX standard's own domain.
[[nodiscard]] bool is_standard(const onnx::NodeProto& node);

/// Attribute access on a NodeProto.
[[nodiscard]] const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name);
[[nodiscard]] std::int64_t attribute_int(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise);
[[nodiscard]] float attribute_float(const onnx::NodeProto& node, std::string_view name, float otherwise);
[[nodiscard]] std::vector<std::int64_t> attribute_ints(const onnx::NodeProto& node, std::string_view name);
[[nodiscard]] std::string attribute_string(const onnx::NodeProto& node, std::string_view name, std::string_view otherwise = "");
void set_attribute(onnx::NodeProto& node, std::string_view name, std::int64_t value);
inline void set_attribute(onnx::NodeProto& node, std::string_view name, int value) { set_attribute(node, name, static_cast<std::int64_t>(value)); }
void set_attribute(onnx::NodeProto& node, std::string_view name, float value);
void set_attribute(onnx::NodeProto& node, std::string_view name, const std::vector<std::int64_t>& values);
void set_attribute(onnx::NodeProto& node, std::string_view name, std::string_view value);
void remove_attribute(onnx::NodeProto& node, std::string_view name);

}  // namespace vernier
