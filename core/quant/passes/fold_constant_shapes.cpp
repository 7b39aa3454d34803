// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include "core/quant/passes/passes.h"

namespace vernier {
namespace {

/// Dims of a Reshape-like node's constant result, or nothing when they cannot be told.
std::vector<std::int64_t> reshaped_dims(const GraphEdit& edit, const onnx::NodeProto& node,
                                        const std::vector<std::int64_t>& dims) {
    std::vector<std::int64_t> wanted;
    if (node.op_type() == "Reshape") {
        wanted = node.input_size() > 1 ? edit.ints(node.input(1)) : attribute_ints(node, "shape");
        std::int64_t known = 1, total = 1;
        for (const auto dim : dims) total *= dim;
        int open = -1;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i] == 0 && i < dims.size() && attribute_int(node, "allowzero", 0) == 0) wanted[i] = dims[i];
            if (wanted[i] == -1) open = static_cast<int>(i);
            else known *= wanted[i];
        }
        if (open >= 0 && known > 0) wanted[static_cast<std::size_t>(open)] = total / known;
        const auto product = std::accumulate(wanted.begin(), wanted.end(), std::int64_t{1}, std::multiplies<>());
        return product == total ? wanted : std::vector<std::int64_t>{};
    }
    if (node.op_type() == "Flatten") {
        auto axis = attribute_int(node, "axis", 1);
        if (axis < 0) axis += static_cast<std::int64_t>(dims.size());
        wanted = {1, 1};
        for (std::size_t i = 0; i < dims.size(); ++i) wanted[static_cast<std::int64_t>(i) < axis ? 0 : 1] *= dims[i];
    }
    return wanted;
}

/// Copies a constant with its two axes swapped (element size in bytes).
std::string transposed_2d(const onnx::TensorProto& tensor) {
    const auto rows = static_cast<std::size_t>(tensor.dims(0)), columns = static_cast<std::size_t>(tensor.dims(1));
    const std::string& from = tensor.raw_data();
    const std::size_t size = rows * columns == 0 ? 0 : from.size() / (rows * columns);
    std::string to(from.size(), '\0');
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) from.copy(&to[(c * rows + r) * size], size, (r * columns + c) * size);
    return to;
}

bool is_swap(const onnx::NodeProto& node) {
    const auto perm = attribute_ints(node, "perm");
    return perm.empty() || perm == std::vector<std::int64_t>{1, 0};
}

}  // namespace

int fold_constant_shapes(GraphEdit& edit, PassContext& context) {
    int changed = 0;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        const auto& item = edit.item(i);
        if (item.removed || item.proto.input_size() == 0 || item.proto.output_size() != 1 || !item.proto.domain().empty()) continue;
        const onnx::TensorProto* tensor = edit.initializer(item.proto.input(0));
        const std::string output = item.proto.output(0);
        if (tensor == nullptr || !tensor->has_raw_data() || edit.is_output(output)) continue;
        std::vector<std::int64_t> dims(tensor->dims().begin(), tensor->dims().end());
        std::string bytes = tensor->raw_data();
        if (item.proto.op_type() == "Transpose" && dims.size() == 2 && is_swap(item.proto)) {
            bytes = transposed_2d(*tensor);
            std::swap(dims[0], dims[1]);
        } else if (item.proto.op_type() == "Reshape" || item.proto.op_type() == "Flatten") {
            const bool scalar = dims.empty();
            dims = reshaped_dims(edit, item.proto, dims);
            if (dims.empty() && !scalar) continue;
        } else if (item.proto.op_type() != "Identity") {
            continue;
        }
        const std::string constant = edit.add_initializer(output + "_folded", static_cast<ElementType>(tensor->data_type()), dims,
                                                          std::as_bytes(std::span(bytes.data(), bytes.size())));
        context.absorb(item);
        edit.replace_reads(output, constant);
        edit.remove(static_cast<int>(i));
        ++changed;
    }
    return changed;
}

}  // namespace vernier
