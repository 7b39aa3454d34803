// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

bool is_spatial_mean(const GraphEdit& edit, const onnx::NodeProto& node, std::size_t rank) {
    if (node.op_type() != "ReduceMean" || attribute_int(node, "keepdims", 1) != 1 || rank < 3) return false;
    auto axes = node.input_size() > 1 ? edit.ints(node.input(1)) : attribute_ints(node, "axes");
    for (auto& axis : axes)
        if (axis < 0) axis += static_cast<std::int64_t>(rank);
    std::sort(axes.begin(), axes.end());
    std::vector<std::int64_t> spatial(rank - 2);
    std::iota(spatial.begin(), spatial.end(), 2);
    return axes == spatial;
}

/// Means of a LayerNormalization that is written as single operators, of sequences [batch, length, width]: its middle is taken off the
/// tensor, and the squares of the rest are averaged. The runtime makes one operator of it again, unless another one stands for the mean.
bool is_of_layer_norm(const GraphEdit& edit, const onnx::NodeProto& mean) {
    const std::string& from = mean.input(0);
    for (const int reader : edit.readers(mean.output(0))) {
        const auto& sub = edit.item(static_cast<std::size_t>(reader)).proto;
        if (sub.op_type() == "Sub" && sub.input(0) == from) return true;
    }
    const int maker = edit.producer(from);
    if (maker < 0) return false;
    const auto& square = edit.item(static_cast<std::size_t>(maker)).proto;
    return square.op_type() == "Pow" || (square.op_type() == "Mul" && square.input_size() == 2 && square.input(0) == square.input(1));
}

/// An AveragePool whose one window is the whole map, whatever the samples: a size that the file only declares is no proof.
bool is_whole_map_pool(const onnx::NodeProto& node, const ValueType& input) {
    if (node.op_type() != "AveragePool" || !input.has_shape || input.dims.size() < 3) return false;
    const auto kernel = attribute_ints(node, "kernel_shape");
    if (kernel.size() + 2 != input.dims.size()) return false;
    for (const auto pad : attribute_ints(node, "pads"))
        if (pad != 0) return false;
    for (const auto dilation : attribute_ints(node, "dilations"))
        if (dilation != 1) return false;
    if (attribute_string(node, "auto_pad", "NOTSET") != "NOTSET" && attribute_string(node, "auto_pad") != "VALID") return false;
    for (std::size_t i = 0; i < kernel.size(); ++i)
        if (input.dims[i + 2].value != kernel[i]) return false;
    return true;
}

}  // namespace

int use_global_average_pool(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        auto& item = edit.item(i);
        if (item.removed || !context.is_static(item) || item.proto.input_size() == 0 || !is_standard(item.proto)) continue;
        const ValueType input = edit.type(item.proto.input(0));
        const std::size_t rank = input.has_shape ? input.dims.size() : 0;
        if (!is_spatial_mean(edit, item.proto, rank) && !is_whole_map_pool(item.proto, input)) continue;
        if (item.proto.op_type() == "ReduceMean" && is_of_layer_norm(edit, item.proto)) continue;
        onnx::NodeProto pool;
        pool.set_op_type("GlobalAveragePool");
        pool.set_name(item.proto.name());
        pool.add_input(item.proto.input(0));
        pool.add_output(item.proto.output(0));
        const NodeId origin = item.origin;
        edit.remove(static_cast<int>(i));
        edit.add(std::move(pool), origin);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
