// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/base/tensor.h"

namespace vernier::detail {

/// QuantizeLinear or DynamicQuantizeLinear / DequantizeLinear, of the standard domain or the runtime's own.
[[nodiscard]] bool is_quantize(const onnx::NodeProto& node);
[[nodiscard]] bool is_dequantize(const onnx::NodeProto& node);

/// True for 8-bit and 4-bit integers.
[[nodiscard]] bool is_low_integer(ElementType type);

/// A graph with the indexes that an audit asks for.
class GraphIndex {
public:
    /// outer is the graph around a body: what the body does not make is looked for there.
    explicit GraphIndex(const onnx::GraphProto& graph, const GraphIndex* outer = nullptr);

    [[nodiscard]] const onnx::GraphProto& graph() const { return graph_; }
    [[nodiscard]] const onnx::NodeProto* producer(const std::string& value) const;
    [[nodiscard]] const std::vector<const onnx::NodeProto*>& readers(const std::string& value) const;
    [[nodiscard]] const onnx::NodeProto* named(const std::string& node) const;
    /// Initializer or output of a Constant node.
    [[nodiscard]] bool is_constant(const std::string& value) const;
    /// Element type as far as the file tells it or as the node that makes the value implies it.
    [[nodiscard]] ElementType type(const std::string& value) const;

private:
    void learn_types();
    void imply_types(const onnx::NodeProto& node);

    [[nodiscard]] bool knows(const std::string& value) const;

    const onnx::GraphProto& graph_;
    const GraphIndex* outer_;
    std::unordered_map<std::string, const onnx::NodeProto*> producers_;
    std::unordered_map<std::string, std::vector<const onnx::NodeProto*>> readers_;
    std::unordered_map<std::string, const onnx::NodeProto*> names_;
    std::unordered_set<std::string> constants_, inputs_;
    std::unordered_map<std::string, ElementType> types_;
};

}  // namespace vernier::detail
