// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cstring>

#include "core/base/error.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace {

constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 56;   // so that bytes fit 64 bits
constexpr std::uint64_t kMaxDensified = std::uint64_t{1} << 22;  // elements of a sparse tensor that is made dense
constexpr std::uint64_t kMaxSparse = std::uint64_t{512} << 20;   // bytes of all sparse tensors of a file when they are dense

[[noreturn]] void refuse(const Source& source, std::string_view tensor, std::string what) {
    throw Error(ErrorKind::bad_model, std::move(what), {.file = source.path.string(), .tensor = printable(tensor)},
                "The file is damaged or was written wrongly; export it again");
}

template <class Field>
int filled(const Field& field) {
    return field.empty() ? 0 : 1;
}

/// Dims and type, checked, and the number of bytes that they ask for.
std::uint64_t check_header(const Source& source, Initializer& tensor) {
    if (tensor.type == ElementType::undefined || name(tensor.type) == "undefined")
        refuse(source, tensor.name, fmt::format("has the unknown data type {}", static_cast<int>(tensor.type)));
    std::uint64_t count = 0;
    try {
        count = tensor.count();
    } catch (const Error& error) {
        refuse(source, tensor.name, error.what());
    }
    if (count > kMaxElements) refuse(source, tensor.name, "has more elements than any machine can hold");
    return tensor.size_bytes();
}

/// Copies a typed field (float_data and its kin) as the little-endian bytes that raw_data would hold.
template <class Stored, class Field>
std::span<const std::byte> pack(Source& source, const Initializer& tensor, const Field& field, std::uint64_t expected) {
    if (static_cast<std::uint64_t>(field.size()) != expected)
        refuse(source, tensor.name, fmt::format("holds {} values; its shape needs {}", field.size(), expected));
    std::vector<std::byte>& bytes = source.owned.emplace_back(field.size() * sizeof(Stored));
    for (int i = 0; i < field.size(); ++i) {
        const auto value = static_cast<Stored>(field[i]);
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(Stored), &value, sizeof(Stored));
    }
    return bytes;
}

std::span<const std::byte> pack_typed(Source& source, const onnx::TensorProto& proto, const Initializer& tensor) {
    const std::uint64_t count = tensor.count();
    switch (tensor.type) {
        case ElementType::float32: return pack<float>(source, tensor, proto.float_data(), count);
        case ElementType::complex64: return pack<float>(source, tensor, proto.float_data(), 2 * count);
        case ElementType::float64: return pack<double>(source, tensor, proto.double_data(), count);
        case ElementType::complex128: return pack<double>(source, tensor, proto.double_data(), 2 * count);
        case ElementType::int64: return pack<std::int64_t>(source, tensor, proto.int64_data(), count);
        case ElementType::uint64: return pack<std::uint64_t>(source, tensor, proto.uint64_data(), count);
        case ElementType::uint32: return pack<std::uint32_t>(source, tensor, proto.uint64_data(), count);
        case ElementType::int32: return pack<std::int32_t>(source, tensor, proto.int32_data(), count);
        default: break;
    }
    // All narrower types lie one a value in int32_data; 4-bit types lie there two a value.
    if (bits(tensor.type) == 16) return pack<std::uint16_t>(source, tensor, proto.int32_data(), count);
    return pack<std::uint8_t>(source, tensor, proto.int32_data(), byte_size(tensor.type, count));
}

Initializer header(const onnx::TensorProto& proto, std::string_view name) {
    Initializer tensor;
    tensor.name = name;
    tensor.type = static_cast<ElementType>(proto.data_type());
    tensor.dims.assign(proto.dims().begin(), proto.dims().end());
    return tensor;
}

/// Bytes of value number index of a tensor, as they lie.
std::span<const std::byte> element(const Initializer& tensor, std::uint64_t index) {
    const auto width = static_cast<std::size_t>(bits(tensor.type) / 8);
    return tensor.data.subspan(index * width, width);
}

std::uint64_t flat_index(const Source& source, const Initializer& dense, const Initializer& indices, std::uint64_t row) {
    const std::size_t columns = indices.dims.size() == 2 ? static_cast<std::size_t>(indices.dims[1]) : 1;
    std::uint64_t flat = 0;
    for (std::size_t column = 0; column < columns; ++column) {
        std::int64_t index = 0;
        std::memcpy(&index, element(indices, row * columns + column).data(), sizeof index);
        const std::int64_t limit = columns == 1 && indices.dims.size() == 1 ? static_cast<std::int64_t>(dense.count()) : dense.dims[column];
        if (index < 0 || index >= limit) refuse(source, dense.name, "is sparse with an index outside its shape");
        flat = flat * static_cast<std::uint64_t>(limit) + static_cast<std::uint64_t>(index);
    }
    return flat;
}

}  // namespace

Initializer read_tensor(Source& source, const onnx::TensorProto& proto, std::string_view name) {
    Initializer tensor = header(proto, name);
    const std::uint64_t size = check_header(source, tensor);
    const bool raw = proto.has_raw_data() && !proto.raw_data().empty();
    tensor.external = proto.data_location() == onnx::TensorProto_DataLocation_EXTERNAL;
    const int fields = filled(proto.float_data()) + filled(proto.int32_data()) + filled(proto.int64_data()) + filled(proto.uint64_data()) +
                       filled(proto.double_data()) + filled(proto.string_data()) + (raw ? 1 : 0);
    if (fields + (tensor.external ? 1 : 0) > 1) refuse(source, name, "stores its values twice");
    if (tensor.external && tensor.type == ElementType::string) refuse(source, name, "keeps strings in external data");
    if (tensor.external) {
        tensor.data = map_external(source, proto, name, size);
    } else if (tensor.type == ElementType::string) {
        if (static_cast<std::uint64_t>(proto.string_data_size()) != tensor.count())
            refuse(source, name, fmt::format("holds {} strings; its shape needs {}", proto.string_data_size(), tensor.count()));
    } else if (raw) {
        if (proto.raw_data().size() != size) refuse(source, name, fmt::format("holds {} bytes; its shape and type need {}", proto.raw_data().size(), size));
        tensor.data = std::as_bytes(std::span(proto.raw_data()));
    } else if (fields == 1) {
        tensor.data = pack_typed(source, proto, tensor);
    } else if (size > 0) {
        refuse(source, name, fmt::format("holds no values; its shape and type need {} bytes", size));
    }
    return tensor;
}

Initializer read_sparse(Source& source, const onnx::SparseTensorProto& proto, std::string_view name) {
    const Initializer values = read_tensor(source, proto.values(), name);
    const Initializer indices = read_tensor(source, proto.indices(), name);
    Initializer dense = header(proto.values(), name);
    dense.dims.assign(proto.dims().begin(), proto.dims().end());
    const std::uint64_t size = check_header(source, dense);
    const bool linear = indices.dims.size() == 1;
    const bool coordinates = indices.dims.size() == 2 && indices.dims[1] == static_cast<std::int64_t>(dense.dims.size());
    if (values.dims.size() != 1 || indices.type != ElementType::int64 || !(linear || coordinates) || indices.dims[0] != values.dims[0] || dense.dims.empty())
        refuse(source, name, "is sparse, but its values and indices do not fit together");
    // ONNX Runtime makes them dense, whatever few bytes of the file they come from.
    if (size > kMaxSparse - source.sparse_bytes)
        refuse(source, name, fmt::format("is sparse and takes {} MB when it is dense; at most {} MB of a file are", size >> 20, kMaxSparse >> 20));
    source.sparse_bytes += size;
    if (bits(dense.type) < 8 || dense.count() > kMaxDensified) return dense;  // counted, its zeros are not stored
    std::vector<std::byte>& bytes = source.owned.emplace_back(size);
    for (std::uint64_t row = 0; row < values.count(); ++row) {
        const std::span<const std::byte> from = element(values, row);
        std::memcpy(bytes.data() + flat_index(source, dense, indices, row) * from.size(), from.data(), from.size());
    }
    dense.data = bytes;
    return dense;
}

Initializer read_constant_node(Source& source, const onnx::NodeProto& node, std::string_view name) {
    onnx::TensorProto built;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        const std::string& key = attribute.name();
        if (key == "value" && attribute.has_t()) return read_tensor(source, attribute.t(), name);
        if (key == "sparse_value" && attribute.has_sparse_tensor()) return read_sparse(source, attribute.sparse_tensor(), name);
        if (key == "value_float" || key == "value_floats") {
            built.set_data_type(onnx::TensorProto_DataType_FLOAT);
            *built.mutable_float_data() = attribute.floats();
            if (key == "value_float") built.add_float_data(attribute.f());
        } else if (key == "value_int" || key == "value_ints") {
            built.set_data_type(onnx::TensorProto_DataType_INT64);
            *built.mutable_int64_data() = attribute.ints();
            if (key == "value_int") built.add_int64_data(attribute.i());
        } else if (key == "value_string" || key == "value_strings") {
            built.set_data_type(onnx::TensorProto_DataType_STRING);
            *built.mutable_string_data() = attribute.strings();
            if (key == "value_string") built.add_string_data(attribute.s());
        } else {
            continue;
        }
        const int count = built.float_data_size() + built.int64_data_size() + built.string_data_size();
        if (key.back() == 's') built.add_dims(count);
        return read_tensor(source, built, name);
    }
    refuse(source, name, "comes from a Constant node that holds no value");
}

}  // namespace vernier
