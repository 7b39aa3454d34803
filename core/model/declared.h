// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace onnx {
class GraphProto;
class TypeProto;
}  // namespace onnx

namespace vernier {

[[nodiscard]] ValueType value_type(const onnx::TypeProto& proto);

/// Takes the declared shapes of inner values and outputs out of a graph and its bodies; element types and inputs stay. What a
/// file declares is its word only: an old tracing, another batch, a size that was edited by hand. Whoever infers or runs
/// finds the shapes by himself. What bodies declare of their inputs is forgotten where it is asked for.
enum class BodyInputs { kept, forgotten };
void forget_declared_shapes(onnx::GraphProto& graph, BodyInputs of_bodies = BodyInputs::kept);

/// Fixes the axes of a graph's inputs to what they count as.
void set_input_sizes(onnx::GraphProto& graph, const std::vector<InputSize>& sizes);

/// No axis is longer: more bytes than 256 TB are in no machine, and products of such sizes mean nothing.
inline constexpr std::int64_t kLongestAxis = std::int64_t{1} << 48;
/// False for the negative sizes that some exporters write for an open axis, and for sizes that no axis can have.
[[nodiscard]] constexpr bool is_axis_size(std::int64_t size) { return size >= 0 && size <= kLongestAxis; }
/// Makes open axes of such declared sizes, in a graph and its bodies: who infers shapes would compute with them.
void open_odd_axes(onnx::GraphProto& graph);

/// The type of a value that follows from inputs, constants and nodes; Value::type adds what the file only declares. A
/// rewriting may rely on this one, and on nothing else.
[[nodiscard]] const ValueType& sure_type(const Model& model, ValueId value);

/// Adds to a type what another says more: element, rank, sizes and names of open axes. What contradicts is left out.
/// True when a rank or a size was added.
bool add_missing(ValueType& type, const ValueType& more);

/// True when both say something of the same axis, element or rank, and not the same.
[[nodiscard]] bool contradicts(const ValueType& a, const ValueType& b);

}  // namespace vernier
