// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace onnx {
class GraphProto;
class ModelProto;
}  // namespace onnx

namespace vernier {

/// The standard domain has two names: "" and "ai.onnx".
[[nodiscard]] constexpr bool is_standard_domain(std::string_view domain) { return domain.empty() || domain == "ai.onnx"; }

/// Writes the standard domain under one name at the nodes of a graph and its bodies.
void name_standard_domain(onnx::GraphProto& graph, const std::string& name);

/// The same with "" for a whole model, its imports and functions too: onnx's own tools know no other name. True when the
/// model imported it as "ai.onnx".
bool use_plain_domain(onnx::ModelProto& model);

/// ONNX Runtime has operators in the standard domain that the standard has not, or has from a later opset on: its own optimizer writes
/// them there (LayerNormalization below opset 17, SimplifiedLayerNormalization). This puts such nodes into "com.microsoft", which is
/// imported then, so that onnx's own tools pass them by. Bodies too. True when there were any.
bool hide_runtime_operators(onnx::ModelProto& model);
/// Puts them back.
void show_runtime_operators(onnx::ModelProto& model);

}  // namespace vernier
