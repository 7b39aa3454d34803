// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/weight_walk.h"

#include <algorithm>

#include "core/quant/methods/tap_share.h"
#include "core/quant/operators.h"

namespace vernier {
namespace {

/// [inputs, channels of a group, window].
WeightWalk transposed_walk(const onnx::NodeProto& node, const std::vector<std::int64_t>& dims) {
    WeightWalk walk;
    walk.groups = static_cast<std::size_t>(std::max<std::int64_t>(attribute_int(node, "group", 1), 1));
    walk.channels = static_cast<std::size_t>(dims[1]) * walk.groups;
    walk.inputs = static_cast<std::size_t>(dims[0]) / walk.groups;
    for (std::size_t a = 2; a < dims.size(); ++a) walk.inner *= static_cast<std::size_t>(dims[a]);
    walk.channel_stride = walk.inner;
    walk.input_stride = static_cast<std::size_t>(dims[1]) * walk.inner;
    walk.group_skip = walk.inputs == 0 ? 0 : (walk.inputs - 1) * walk.input_stride;
    return walk;
}

}  // namespace

bool is_recurrent(std::string_view op) { return op == "LSTM" || op == "GRU" || op == "RNN"; }

WeightWalk weight_walk(const onnx::NodeProto& node, const std::vector<std::int64_t>& dims) {
    WeightWalk walk;
    if (node.op_type() == "Conv") {
        walk.channels = static_cast<std::size_t>(dims[0]);
        walk.inputs = static_cast<std::size_t>(dims[1]);
        walk.groups = static_cast<std::size_t>(attribute_int(node, "group", 1));
        for (std::size_t a = 2; a < dims.size(); ++a) walk.inner *= static_cast<std::size_t>(dims[a]);
        walk.input_stride = walk.inner;
        walk.channel_stride = walk.inputs * walk.inner;
        return walk;
    }
    if (node.op_type() == "ConvTranspose") return transposed_walk(node, dims);
    if (dims.size() == 3 && is_recurrent(node.op_type())) {
        walk.channels = static_cast<std::size_t>(dims[0] * dims[1]);
        walk.channel_stride = walk.inputs = static_cast<std::size_t>(dims[2]);
        return walk;
    }
    const bool rows = node.op_type() == "Gemm" && attribute_int(node, "transB", 0) != 0;  // channels are rows
    const std::size_t first = static_cast<std::size_t>(dims[dims.size() - 2]), last = static_cast<std::size_t>(dims.back());
    walk.channels = rows ? first : last;
    walk.inputs = rows ? last : first;
    walk.channel_stride = rows ? walk.inputs : 1;
    walk.input_stride = rows ? 1 : walk.channels;
    return walk;
}

std::vector<double> shares_of_taps(const GraphEdit& edit, const onnx::NodeProto& node, const std::vector<std::int64_t>& dims, const Ranges& seen) {
    if (node.op_type() != "Conv" && node.op_type() != "ConvTranspose") return {};
    const std::vector<std::int64_t> window(dims.begin() + 2, dims.end());
    auto shares = tap_shares(node, window, edit.type(node.input(0)));
    const auto found = seen.find(node.input(0));
    if (shares.empty() && found != seen.end()) shares = tap_shares(node, window, found->second.shapes);
    return shares;
}

ChannelBias channel_bias(const GraphEdit& edit, int item, std::size_t channels) {
    const auto& node = edit.item(static_cast<std::size_t>(item)).proto;
    ChannelBias bias;
    if (node.op_type() == "MatMul") {
        const int add = edit.only_reader(node.output(0));
        if (add < 0 || edit.item(static_cast<std::size_t>(add)).proto.op_type() != "Add") return {};
        const auto& inputs = edit.item(static_cast<std::size_t>(add)).proto.input();
        bias = {add, edit.is_constant(inputs[0]) ? 0 : 1, {}, {}};
    } else if (node.input_size() > 2 && !node.input(2).empty()) {
        bias = {item, 2, {}, {}};
    } else {
        return {};
    }
    bias.name = edit.item(static_cast<std::size_t>(bias.node)).proto.input(bias.slot);
    if (!edit.is_float_constant(bias.name) || !is_row(edit.dims(bias.name), static_cast<std::int64_t>(channels))) return {};
    bias.values = edit.floats(bias.name);
    if (bias.values.size() == 1) bias.values.assign(channels, bias.values[0]);
    return bias;
}

}  // namespace vernier
