// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/whole_types.h"
#include "core/model/evaluate.h"

// What the evaluated operators share: operands, attributes, elements by type, walks over strides.
namespace vernier::detail {

using Dims = std::vector<std::int64_t>;

/// A form that is not known or does not hold together: the node is not evaluated.
struct NotEvaluated {};

[[nodiscard]] const Initializer& operand(const Evaluation& request, std::size_t slot);  ///< throws NotEvaluated when omitted
[[nodiscard]] const Initializer* optional_operand(const Evaluation& request, std::size_t slot);
[[nodiscard]] std::int64_t int_of(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise);
[[nodiscard]] std::optional<Dims> ints_of(const onnx::NodeProto& node, std::string_view name);
/// A list that newer opsets give as an input and older ones as an attribute.
[[nodiscard]] std::optional<Dims> list_of(const Evaluation& request, std::size_t slot, std::string_view attribute);
[[nodiscard]] Dims integers(const Initializer& tensor);
/// An axis counted from the end made positive; throws NotEvaluated when it lies outside.
[[nodiscard]] std::size_t axis_of(std::int64_t axis, std::size_t rank);

/// One element as a number; nullptr for types that are not numbers or not known. C is double or std::int64_t.
template <class C>
using Load = C (*)(const std::byte* data, std::size_t index);
template <class C>
using Store = void (*)(std::byte* data, std::size_t index, C value);
template <class C>
[[nodiscard]] Load<C> loader(ElementType type);
template <class C>
[[nodiscard]] Store<C> storer(ElementType type);
[[nodiscard]] bool is_real(ElementType type);  ///< a floating-point type that has a loader
using vernier::is_whole;

/// An empty tensor of this shape; throws NotEvaluated when it is larger than asked for.
[[nodiscard]] Tensor made(const Evaluation& request, ElementType type, Dims dims);
[[nodiscard]] Dims strides_of(const Dims& dims);
/// Strides with which an operand is read under a broadcast shape (0 where it is repeated).
[[nodiscard]] Dims broadcast_strides(const Dims& from, const Dims& to);
[[nodiscard]] Dims broadcast_dims(const Dims& a, const Dims& b);

/// Calls visit(index of the result, offsets) for each element of a shape in row-major order.
template <std::size_t N, class Visit>
void walk(const Dims& dims, const std::array<Dims, N>& strides, std::array<std::int64_t, N> at, const Visit& visit) {
    const auto count = static_cast<std::size_t>(element_count(dims));
    Dims index(dims.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
        visit(i, at);
        for (std::size_t axis = dims.size(); axis-- > 0;) {
            for (std::size_t n = 0; n < N; ++n) at[n] += strides[n][axis];
            if (++index[axis] < dims[axis]) break;
            for (std::size_t n = 0; n < N; ++n) at[n] -= strides[n][axis] * dims[axis];
            index[axis] = 0;
        }
    }
}

using EvaluateFn = Tensor (*)(const Evaluation& request);
/// The operator's function; nullptr when there is none.
[[nodiscard]] EvaluateFn movement(std::string_view op);
[[nodiscard]] EvaluateFn arithmetic(std::string_view op);

}  // namespace vernier::detail
