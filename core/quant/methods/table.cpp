// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "core/quant/method.h"

namespace vernier {

extern const MethodSpec kFp32Method, kFp16Method, kInt8DynamicMethod, kInt8StaticMethod, kInt8WeightOnlyMethod, kInt4WeightOnlyMethod, kFp32RewrittenMethod;

namespace {

/// Those that have names come in the order of these.
std::vector<MethodSpec> all_methods() {
    std::vector<MethodSpec> rows = {
        kFp32Method, kFp16Method, kInt8DynamicMethod, kInt8StaticMethod, kInt8WeightOnlyMethod, kInt4WeightOnlyMethod, kFp32RewrittenMethod,
    };
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].method = static_cast<Method>(i);
    return rows;
}

}  // namespace

std::span<const MethodSpec> methods() {
    static const std::vector<MethodSpec> rows = all_methods();
    return rows;
}

const std::vector<const MethodSpec*>& methods_in_order() {
    static const std::vector<const MethodSpec*> rows = [] {
        std::vector<const MethodSpec*> order;
        for (const MethodSpec& spec : methods()) order.insert(order.begin(), &spec);
        return order;
    }();
    return rows;
}

const MethodSpec& row(Method method) { return methods()[static_cast<std::size_t>(method)]; }

std::optional<Method> method_from_id(std::string_view id) {
    const auto rows = methods();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const MethodSpec& spec) { return spec.id == id; });
    return found == rows.end() ? std::nullopt : std::optional(found->method);
}

}  // namespace vernier
