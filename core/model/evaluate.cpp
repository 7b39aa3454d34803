// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/evaluate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/model/declared.h"
#include "core/model/detail/operands.h"

namespace vernier {
namespace detail {
namespace {

template <class T>
T stored(const std::byte* data, std::size_t index) {
    T value;
    std::memcpy(&value, data + index * sizeof(T), sizeof(T));
    return value;
}

template <class T>
void put(std::byte* data, std::size_t index, T value) {
    std::memcpy(data + index * sizeof(T), &value, sizeof(T));
}

template <class C, class T>
C load(const std::byte* data, std::size_t index) {
    return static_cast<C>(stored<T>(data, index));
}

template <class C>
C load_half(const std::byte* data, std::size_t index) {
    return static_cast<C>(half_to_float(stored<std::uint16_t>(data, index)));
}

template <class C>
C load_bfloat(const std::byte* data, std::size_t index) {
    return static_cast<C>(std::bit_cast<float>(static_cast<std::uint32_t>(stored<std::uint16_t>(data, index)) << 16));
}

/// Two values a byte, the first in the low half.
template <class C, bool with_sign>
C load_nibble(const std::byte* data, std::size_t index) {
    const auto byte = static_cast<unsigned>(data[index / 2]);
    const int nibble = static_cast<int>(index % 2 == 0 ? byte & 0xFU : byte >> 4);
    return static_cast<C>(with_sign && nibble > 7 ? nibble - 16 : nibble);
}

template <class C, class T>
void store(std::byte* data, std::size_t index, C value) {
    put(data, index, static_cast<T>(value));
}

template <class C>
void store_half(std::byte* data, std::size_t index, C value) {
    put(data, index, float_to_half(static_cast<float>(value)));
}

/// To the nearest, ties to even; NaN stays NaN.
template <class C>
void store_bfloat(std::byte* data, std::size_t index, C value) {
    const auto number = static_cast<float>(value);
    const auto bits = std::bit_cast<std::uint32_t>(number);
    const std::uint32_t rounded = std::isnan(number) ? bits | 0x400000U : bits + 0x7FFFU + ((bits >> 16) & 1U);
    put(data, index, static_cast<std::uint16_t>(rounded >> 16));
}

/// To an integer toward zero; what does not fit has no defined value and is not evaluated.
template <class C, class T>
void store_whole(std::byte* data, std::size_t index, C value) {
    const auto number = static_cast<double>(value);
    if (!(number > -9.3e18 && number < 9.3e18)) throw NotEvaluated{};
    if constexpr (std::is_same_v<C, double>) {
        if (std::trunc(number) < static_cast<double>(std::numeric_limits<T>::lowest()) || std::trunc(number) >= std::ldexp(1.0, std::numeric_limits<T>::digits))
            throw NotEvaluated{};
    }
    put(data, index, static_cast<T>(value));
}

template <class C>
void store_bool(std::byte* data, std::size_t index, C value) {
    put(data, index, static_cast<std::uint8_t>(value != C{0} ? 1 : 0));
}

}  // namespace

template <class C>
Load<C> loader(ElementType type) {
    switch (type) {
        case ElementType::float32: return load<C, float>;
        case ElementType::float64: return load<C, double>;
        case ElementType::float16: return load_half<C>;
        case ElementType::bfloat16: return load_bfloat<C>;
        case ElementType::int8: return load<C, std::int8_t>;
        case ElementType::uint8:
        case ElementType::boolean: return load<C, std::uint8_t>;
        case ElementType::int16: return load<C, std::int16_t>;
        case ElementType::uint16: return load<C, std::uint16_t>;
        case ElementType::int32: return load<C, std::int32_t>;
        case ElementType::uint32: return load<C, std::uint32_t>;
        case ElementType::int64: return load<C, std::int64_t>;
        case ElementType::uint64: return load<C, std::uint64_t>;
        case ElementType::int4: return load_nibble<C, true>;
        case ElementType::uint4: return load_nibble<C, false>;
        default: throw NotEvaluated{};
    }
}

template <class C>
Store<C> storer(ElementType type) {
    switch (type) {
        case ElementType::float32: return store<C, float>;
        case ElementType::float64: return store<C, double>;
        case ElementType::float16: return store_half<C>;
        case ElementType::bfloat16: return store_bfloat<C>;
        case ElementType::int8: return store_whole<C, std::int8_t>;
        case ElementType::uint8: return store_whole<C, std::uint8_t>;
        case ElementType::boolean: return store_bool<C>;
        case ElementType::int16: return store_whole<C, std::int16_t>;
        case ElementType::uint16: return store_whole<C, std::uint16_t>;
        case ElementType::int32: return store_whole<C, std::int32_t>;
        case ElementType::uint32: return store_whole<C, std::uint32_t>;
        case ElementType::int64: return store_whole<C, std::int64_t>;
        case ElementType::uint64: return store_whole<C, std::uint64_t>;
        default: throw NotEvaluated{};
    }
}

template Load<double> loader<double>(ElementType);
template Load<std::int64_t> loader<std::int64_t>(ElementType);
template Store<double> storer<double>(ElementType);
template Store<std::int64_t> storer<std::int64_t>(ElementType);

bool is_real(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float64 || type == ElementType::float16 || type == ElementType::bfloat16;
}

const Initializer* optional_operand(const Evaluation& request, std::size_t slot) { return slot < request.inputs.size() ? request.inputs[slot] : nullptr; }

const Initializer& operand(const Evaluation& request, std::size_t slot) {
    const Initializer* found = optional_operand(request, slot);
    if (found == nullptr) throw NotEvaluated{};
    return *found;
}

std::int64_t int_of(const onnx::NodeProto& node, std::string_view name, std::int64_t otherwise) {
    for (const auto& attribute : node.attribute())
        if (attribute.name() == name) return attribute.i();
    return otherwise;
}

std::optional<Dims> ints_of(const onnx::NodeProto& node, std::string_view name) {
    for (const auto& attribute : node.attribute())
        if (attribute.name() == name) return Dims(attribute.ints().begin(), attribute.ints().end());
    return std::nullopt;
}

std::optional<Dims> list_of(const Evaluation& request, std::size_t slot, std::string_view attribute) {
    if (const Initializer* list = optional_operand(request, slot)) return integers(*list);
    return ints_of(*request.node, attribute);
}

Dims integers(const Initializer& tensor) {
    if (!is_whole(tensor.type) || tensor.count() > 4096) throw NotEvaluated{};
    const auto load = loader<std::int64_t>(tensor.type);
    Dims values(tensor.count());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = load(tensor.data.data(), i);
    return values;
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
    const auto size = static_cast<std::int64_t>(rank);
    if (axis < -size || axis >= size) throw NotEvaluated{};
    return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

Tensor made(const Evaluation& request, ElementType type, Dims dims) {
    const std::uint64_t count = element_count(dims);
    if (count > request.max_elements || bits(type) == 0) throw NotEvaluated{};
    Tensor tensor{type, std::move(dims), {}};
    tensor.bytes.resize(byte_size(type, count));
    return tensor;
}

Dims strides_of(const Dims& dims) {
    Dims strides(dims.size(), 1);
    for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
    return strides;
}

Dims broadcast_dims(const Dims& a, const Dims& b) {
    Dims dims(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < dims.size(); ++i) {
        const std::int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1, right = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (left != right && left != 1 && right != 1) throw NotEvaluated{};
        dims[dims.size() - 1 - i] = left == 1 ? right : left;
    }
    return dims;
}

Dims broadcast_strides(const Dims& from, const Dims& to) {
    Dims strides(to.size(), 0);
    const Dims own = strides_of(from);
    for (std::size_t i = 0; i < from.size(); ++i) strides[to.size() - from.size() + i] = from[i] == 1 ? 0 : own[i];
    return strides;
}

}  // namespace detail

namespace {

detail::EvaluateFn function_of(const onnx::NodeProto& node) {
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (!standard && !(node.domain() == "com.microsoft" && node.op_type() == "DequantizeLinear")) return nullptr;  // the same, for more types
    const detail::EvaluateFn moves = detail::movement(node.op_type());
    return moves != nullptr ? moves : detail::arithmetic(node.op_type());
}

/// True for a tensor with all its bytes, whose places fit 64 bits (an empty one may be of any length along its other axes).
bool has_its_bytes(const Initializer* tensor) {
    return tensor == nullptr || (tensor->data.size() == tensor->size_bytes() &&
                                 std::all_of(tensor->dims.begin(), tensor->dims.end(), [](std::int64_t dim) { return dim <= kLongestAxis; }));
}

}  // namespace

bool can_evaluate(const onnx::NodeProto& node) { return function_of(node) != nullptr; }

std::optional<Tensor> evaluate(const Evaluation& request) {
    const detail::EvaluateFn function = function_of(*request.node);
    if (function == nullptr || !std::all_of(request.inputs.begin(), request.inputs.end(), has_its_bytes)) return std::nullopt;
    try {
        return function(request);
    } catch (const detail::NotEvaluated&) {
        return std::nullopt;
    } catch (const Error&) {  // a shape that cannot be
        return std::nullopt;
    }
}

}  // namespace vernier
