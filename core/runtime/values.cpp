// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

namespace {

/// Elements and shape of a tensor's description; symbolic axes keep their names.
ValueType tensor_type(const Library& library, const OrtTensorTypeAndShapeInfo* info) {
    const OrtApi& api = library.api();
    ValueType type;
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    library.check(api.GetTensorElementType(info, &element));
    type.element = static_cast<ElementType>(element);
    std::size_t rank = 0;
    library.check(api.GetDimensionsCount(info, &rank));
    std::vector<std::int64_t> sizes(rank);
    std::vector<const char*> names(rank);
    library.check(api.GetDimensions(info, sizes.data(), rank));
    library.check(api.GetSymbolicDimensions(info, names.data(), rank));
    // The API tells a scalar and an unknown rank in the same way, so rank 0 promises nothing.
    type.has_shape = rank > 0;
    for (std::size_t i = 0; i < rank; ++i) {
        type.dims.push_back({sizes[i], sizes[i] < 0 && names[i] != nullptr ? names[i] : ""});
    }
    return type;
}

using NameGetter = OrtStatus*(ORT_API_CALL*)(const OrtSession*, std::size_t, OrtAllocator*, char**);
using TypeGetter = OrtStatus*(ORT_API_CALL*)(const OrtSession*, std::size_t, OrtTypeInfo**);

std::vector<Port> ports(const Library& library, const OrtSession* session, std::size_t count, NameGetter name_of, TypeGetter type_of) {
    const OrtApi& api = library.api();
    OrtAllocator* allocator = nullptr;
    library.check(api.GetAllocatorWithDefaultOptions(&allocator), ErrorKind::internal);
    std::vector<Port> out;
    for (std::size_t i = 0; i < count; ++i) {
        char* name = nullptr;
        library.check(name_of(session, i, allocator, &name));
        Port port;
        port.name = name;
        library.check(api.AllocatorFree(allocator, name), ErrorKind::internal);
        TypeInfoHandle info(api);
        library.check(type_of(session, i, info.out()));
        port.type = value_type(library, info.get());
        out.push_back(std::move(port));
    }
    return out;
}

}  // namespace

ValueType value_type(const Library& library, const OrtTypeInfo* info) {
    const OrtApi& api = library.api();
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    library.check(api.GetOnnxTypeFromTypeInfo(info, &kind));
    if (kind == ONNX_TYPE_TENSOR) {
        const OrtTensorTypeAndShapeInfo* tensor = nullptr;
        library.check(api.CastTypeInfoToTensorInfo(info, &tensor));
        return tensor_type(library, tensor);
    }
    ValueType type;
    switch (kind) {
        case ONNX_TYPE_SEQUENCE: type.other = "sequence"; break;
        case ONNX_TYPE_MAP: type.other = "map"; break;
        case ONNX_TYPE_SPARSETENSOR: type.other = "sparse tensor"; break;
        case ONNX_TYPE_OPTIONAL: type.other = "optional"; break;
        default: break;
    }
    return type;
}

std::vector<Port> input_ports(const Library& library, const OrtSession* session) {
    std::size_t count = 0;
    library.check(library.api().SessionGetInputCount(session, &count));
    return ports(library, session, count, library.api().SessionGetInputName, library.api().SessionGetInputTypeInfo);
}

std::vector<Port> output_ports(const Library& library, const OrtSession* session) {
    std::size_t count = 0;
    library.check(library.api().SessionGetOutputCount(session, &count));
    return ports(library, session, count, library.api().SessionGetOutputName, library.api().SessionGetOutputTypeInfo);
}

ValueHandle view_bytes(const Library& library, const std::string& name, ElementType type, std::span<const std::int64_t> dims,
                       std::span<const std::byte> bytes) {
    ValueHandle value(library.api());
    // The C API has one type for what is read and what is written.
    void* data = const_cast<std::byte*>(bytes.data());
    library.check(library.api().CreateTensorWithDataAsOrtValue(library.memory(), data, bytes.size(), dims.data(), dims.size(),
                                                               static_cast<ONNXTensorElementDataType>(type), value.out()),
                  ErrorKind::bad_data, {.tensor = name});
    return value;
}

ValueHandle view_tensor(const Library& library, const std::string& name, const Tensor& tensor) {
    if (bits(tensor.type) == 0) {
        throw Error(ErrorKind::bad_data, fmt::format("inputs of type {} cannot be given", vernier::name(tensor.type)), {.tensor = name});
    }
    if (byte_size(tensor.type, tensor.count()) != tensor.bytes.size()) {
        throw Error(ErrorKind::bad_data, fmt::format("{} bytes do not fill its shape [{}]", tensor.bytes.size(), fmt::join(tensor.dims, ",")),
                    {.tensor = name});
    }
    return view_bytes(library, name, tensor.type, tensor.dims, tensor.bytes);
}

Tensor copy_output(const Library& library, const OrtValue* value) {
    const OrtApi& api = library.api();
    Tensor out;
    out.type = ElementType::undefined;
    int is_tensor = 0;
    if (value == nullptr) {
        return out;
    }
    library.check(api.IsTensor(value, &is_tensor));
    if (is_tensor == 0) {
        return out;
    }
    ShapeInfoHandle info(api);
    library.check(api.GetTensorTypeAndShape(value, info.out()));
    const ValueType type = tensor_type(library, info.get());
    out.type = type.element;
    for (const Dim& dim : type.dims) {
        out.dims.push_back(dim.value);
    }
    const std::uint64_t size = byte_size(out.type, out.count());
    if (size > 0) {
        void* data = nullptr;
        library.check(api.GetTensorMutableData(const_cast<OrtValue*>(value), &data));
        out.bytes.resize(size);
        std::memcpy(out.bytes.data(), data, size);
    }
    return out;
}

}  // namespace vernier::detail
