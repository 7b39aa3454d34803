// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace onnx {
class TypeProto;
}

namespace vernier {

[[nodiscard]] ValueType value_type(const onnx::TypeProto& proto);

/// Takes the declared shapes of inner values and outputs out of a graph and its bodies; element types and inputs stay. What a
/// file declares is its word only: an old tracing, another batch, a size that was edited by hand. Whoever infers or runs
/// finds the shapes by himself.
void forget_declared_shapes(onnx::GraphProto& graph);

/// The type of a value that follows from inputs, constants and nodes; Value::type adds what the file only declares. A
/// rewriting may rely on this one, and on nothing else.
[[nodiscard]] const ValueType& sure_type(const Model& model, ValueId value);

/// Adds to a type what another says more: element, rank, sizes and names of open axes. What contradicts is left out.
/// True when a rank or a size was added.
bool add_missing(ValueType& type, const ValueType& more);

/// True when both say something of the same axis, element or rank, and not the same.
[[nodiscard]] bool contradicts(const ValueType& a, const ValueType& b);

}  // namespace vernier
