// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/model/model.h"
#include "core/runtime/runtime.h"

namespace vernier::test {

inline const RuntimePtr& runtime() {
    static const RuntimePtr loaded = Runtime::load();
    return loaded;
}

inline std::unique_ptr<Session> open_proto(const onnx::ModelProto& proto) {
    const std::string bytes = proto.SerializeAsString();
    return Session::open(runtime(), std::as_bytes(std::span(bytes.data(), bytes.size())), {}, Target{});
}

template <class T>
Tensor tensor_of(ElementType type, const std::vector<T>& values, std::vector<std::int64_t> dims) {
    Tensor tensor{type, std::move(dims), {}};
    const auto bytes = std::as_bytes(std::span(values));
    tensor.bytes.assign(bytes.begin(), bytes.end());
    return tensor;
}

/// The first output of a model for these inputs, as float.
inline std::vector<float> first_output(const onnx::ModelProto& proto, const std::map<std::string, Tensor>& inputs) {
    const auto outputs = open_proto(proto)->run(inputs);
    const auto values = outputs.at(0).as<float>();
    return {values.begin(), values.end()};
}

/// 10 log10(signal / error) in dB; 200 when equal.
inline double sqnr_db(const std::vector<float>& reference, const std::vector<float>& other) {
    if (reference.size() != other.size()) return -1000;
    double signal = 0, error = 0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        signal += double(reference[i]) * reference[i];
        error += (double(reference[i]) - other[i]) * (double(reference[i]) - other[i]);
    }
    return error == 0 ? 200 : std::isfinite(error) ? 10 * std::log10(signal / error) : -1000;
}

/// How often each op occurs in the main graph.
inline std::map<std::string, int> op_counts(const onnx::ModelProto& proto) {
    std::map<std::string, int> counts;
    for (const auto& node : proto.graph().node()) ++counts[node.op_type()];
    return counts;
}

/// How often each op occurs in what the runtime really executes.
inline std::map<std::string, int> executed_ops(const onnx::ModelProto& proto) {
    onnx::ModelProto optimized;
    if (!optimized.ParseFromString(optimized_model(runtime(), proto, {}, {.level = GraphLevel::all}))) return {};
    return op_counts(optimized);
}

}  // namespace vernier::test
