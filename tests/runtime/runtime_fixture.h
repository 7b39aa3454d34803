// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/runtime/runtime.h"

namespace vernier::test {

inline Tensor float_tensor(const std::vector<float>& values, std::vector<std::int64_t> dims) {
    Tensor tensor;
    tensor.type = ElementType::float32;
    tensor.dims = std::move(dims);
    tensor.bytes.resize(values.size() * sizeof(float));
    if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
}

inline std::vector<float> floats_of(const Tensor& tensor) {
    const std::span<const float> view = tensor.as<float>();
    return {view.begin(), view.end()};
}

inline std::unique_ptr<Session> open_bytes(const std::string& bytes, const Target& target = {}) {
    return Session::open(Runtime::load(), std::as_bytes(std::span(bytes)), {}, target);
}

/// The error that work throws; a test failure when it throws none is left to the caller (kind internal, text "none").
template <class Work>
Error error_of(Work work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    return Error(ErrorKind::internal, "none");
}

}  // namespace vernier::test
