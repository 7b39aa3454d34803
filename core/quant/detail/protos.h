// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include <onnx/onnx_pb.h>

#include "core/model/model.h"

namespace vernier {

/// Every name of a tensor or node, those of subgraphs too.
void collect_names(const onnx::GraphProto& graph, std::unordered_set<std::string>& names);
/// The tensor of a Constant node; nothing for strings and sparse values, which stay nodes.
[[nodiscard]] std::optional<onnx::TensorProto> constant_tensor(const onnx::NodeProto& node);
/// Views raw data as an Initializer; the tensor must live as long.
[[nodiscard]] Initializer as_initializer(const onnx::TensorProto& tensor);
/// Turns typed fields into raw data. Types that nothing of ours reads are left.
void normalize_to_raw(onnx::TensorProto& tensor);
/// A tensor that names an outside file, with the bytes that lie there instead.
[[nodiscard]] onnx::TensorProto with_bytes(const onnx::TensorProto& tensor, std::span<const std::byte> bytes);
/// All of a model but the initializers of its main graph.
[[nodiscard]] onnx::ModelProto without_initializers(const onnx::ModelProto& model);
[[nodiscard]] onnx::ValueInfoProto value_info(const std::string& name, const ValueType& type);

}  // namespace vernier
