// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <limits>

#include "core/base/plain_text.h"
#include "core/base/text.h"
#include "core/model/declared.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace {

std::string tensor_text(const onnx::TypeProto_Tensor& tensor) {
    onnx::TypeProto type;
    *type.mutable_tensor_type() = tensor;
    return value_type(type).text();
}

std::string other_text(const onnx::TypeProto& type) {
    switch (type.value_case()) {
        case onnx::TypeProto::kTensorType: return tensor_text(type.tensor_type());
        case onnx::TypeProto::kSequenceType: return fmt::format("sequence({})", other_text(type.sequence_type().elem_type()));
        case onnx::TypeProto::kOptionalType: return fmt::format("optional({})", other_text(type.optional_type().elem_type()));
        case onnx::TypeProto::kMapType:
            return fmt::format("map({}, {})", name(static_cast<ElementType>(type.map_type().key_type())), other_text(type.map_type().value_type()));
        case onnx::TypeProto::kSparseTensorType: return fmt::format("sparse({})", name(static_cast<ElementType>(type.sparse_tensor_type().elem_type())));
        case onnx::TypeProto::kOpaqueType: return fmt::format("opaque({})", printable(type.opaque_type().name()));
        default: return {};
    }
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        const auto first = static_cast<unsigned char>(text[0]);
        if (result.size() + std::max<std::size_t>(length, 1) > max_bytes) return result + "…";
        if (length == 0 || first < 0x20 || first == 0x7F)
            result += first == '\n' || first == '\t' || first == '\r' ? ' ' : '?';
        else
            result += plain_text(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

std::string one_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space)
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return printable(result, 600);
}

std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::string ValueType::text() const {
    if (element == ElementType::undefined) return other.empty() ? "?" : other;
    std::string result(vernier::name(element));
    if (!has_shape) return result;
    result += '[';
    for (std::size_t i = 0; i < dims.size(); ++i) {
        if (i > 0) result += ',';
        if (dims[i].value >= 0)
            result += std::to_string(dims[i].value);
        else
            result += dims[i].name.empty() ? "?" : printable(dims[i].name, 40);
    }
    return result + ']';
}

std::optional<std::uint64_t> ValueType::count() const {
    if (!has_shape) return std::nullopt;
    std::uint64_t product = 1;
    for (const Dim& dim : dims)
        if (dim.value == 0) return 0;
    for (const Dim& dim : dims)
        if (dim.value > 0) product = multiply(product, static_cast<std::uint64_t>(dim.value));
    return product;
}

ValueType value_type(const onnx::TypeProto& proto) {
    ValueType type;
    if (!proto.has_tensor_type()) {
        type.other = other_text(proto);
        return type;
    }
    const onnx::TypeProto_Tensor& tensor = proto.tensor_type();
    type.element = static_cast<ElementType>(tensor.elem_type());
    if (name(type.element) == "undefined") type.element = ElementType::undefined;
    type.has_shape = tensor.has_shape();
    for (const auto& dim : tensor.shape().dim()) {
        Dim& axis = type.dims.emplace_back();
        if (dim.has_dim_value() && is_axis_size(dim.dim_value()))
            axis.value = dim.dim_value();
        else
            axis.name = dim.dim_param();
    }
    return type;
}

}  // namespace vernier
