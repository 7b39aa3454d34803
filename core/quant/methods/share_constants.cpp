// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/share_constants.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace vernier {
namespace {

constexpr std::size_t kLarge = 1024;  // bytes: scales and biases that are equal by chance are not worth a thought

/// Type, axes and bytes of a constant: what makes two of them equal.
using Content = std::tuple<std::int32_t, std::vector<std::int64_t>, std::string_view>;

/// Names of the large constants that nodes read, by content. Outputs of graphs keep their names.
std::map<Content, std::vector<std::string>> large_constants(const GraphEdit& edit) {
    std::map<Content, std::vector<std::string>> constants;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < edit.size(); ++i) {
        if (edit.item(i).removed) continue;
        for (const std::string& name : edit.item(i).proto.input()) {
            if (!edit.is_constant(name) || edit.is_output(name) || !seen.insert(name).second) continue;
            const onnx::TensorProto& tensor = *edit.initializer(name);
            if (tensor.raw_data().size() < kLarge) continue;
            constants[{tensor.data_type(), edit.dims(name), tensor.raw_data()}].push_back(name);
        }
    }
    return constants;
}

}  // namespace

int share_equal_constants(GraphEdit& edit) {
    if (!edit.has_bodies()) return 0;
    int gone = 0;
    for (const auto& [content, names] : large_constants(edit)) {
        if (names.size() < 2) continue;
        const auto& [type, dims, bytes] = content;
        const std::string shared = edit.add_initializer(names[0] + "_shared", static_cast<ElementType>(type), dims, std::as_bytes(std::span(bytes)));
        for (const std::string& name : names) edit.replace_reads(name, shared);
        gone += static_cast<int>(names.size()) - 1;
    }
    return gone;
}

}  // namespace vernier
