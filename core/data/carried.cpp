// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/carried.h"

#include <algorithm>
#include <cstdint>

namespace vernier {
namespace {

/// Sizes in front of an axis and behind it.
std::size_t size_of(const std::vector<std::int64_t>& dims, std::size_t first, std::size_t last) {
    std::size_t size = 1;
    for (std::size_t i = first; i < last; ++i) size *= static_cast<std::size_t>(dims[i]);
    return size;
}

bool fit_together(const std::vector<Tensor>& parts, std::size_t axis) {
    const Tensor& first = parts.front();
    return std::all_of(parts.begin(), parts.end(), [&](const Tensor& part) {
        if (part.type != first.type || part.dims.size() != first.dims.size()) return false;
        for (std::size_t i = 0; i < part.dims.size(); ++i)
            if (i != axis && part.dims[i] != first.dims[i]) return false;
        return true;
    });
}

Tensor concatenated(const std::vector<Tensor>& parts, std::size_t axis) {
    Tensor whole{parts.front().type, parts.front().dims, {}};
    whole.dims[axis] = 0;
    std::size_t bytes = 0;
    for (const Tensor& part : parts) {
        whole.dims[axis] += part.dims[axis];
        bytes += part.bytes.size();
    }
    whole.bytes.reserve(bytes);
    const std::size_t outer = size_of(whole.dims, 0, axis);
    for (std::size_t k = 0; k < outer; ++k)
        for (const Tensor& part : parts) {
            const std::size_t own = part.bytes.size() / outer;
            const auto from = part.bytes.begin() + static_cast<std::ptrdiff_t>(k * own);
            whole.bytes.insert(whole.bytes.end(), from, from + static_cast<std::ptrdiff_t>(own));
        }
    return whole;
}

/// [1, parts, ...] of parts [1, ...] or [...].
Tensor stacked(const std::vector<Tensor>& parts) {
    const auto& own = parts.front().dims;
    Tensor whole{parts.front().type, {1, static_cast<std::int64_t>(parts.size())}, {}};
    whole.dims.insert(whole.dims.end(), own.begin() + (!own.empty() && own[0] == 1 ? 1 : 0), own.end());
    for (const Tensor& part : parts) whole.bytes.insert(whole.bytes.end(), part.bytes.begin(), part.bytes.end());
    return whole;
}

}  // namespace

const Carry& carry_of(const Dataset& dataset) {
    static const Carry none;
    const auto* carries = dynamic_cast<const Carries*>(&dataset);
    return carries == nullptr ? none : carries->carry();
}

std::size_t parts_of(const std::map<std::string, Tensor>& inputs, const Carry& carry) {
    return carry.framed.empty() ? 1 : static_cast<std::size_t>(inputs.at(carry.framed.front()).dims.at(0));
}

std::map<std::string, Tensor> part_of_inputs(const std::map<std::string, Tensor>& inputs, const Carry& carry, std::size_t i) {
    std::map<std::string, Tensor> part;
    for (const auto& [name, tensor] : inputs) {
        if (std::find(carry.framed.begin(), carry.framed.end(), name) == carry.framed.end()) {
            part.emplace(name, tensor);
            continue;
        }
        const std::size_t bytes = tensor.bytes.size() / static_cast<std::size_t>(tensor.dims.at(0));
        const auto from = tensor.bytes.begin() + static_cast<std::ptrdiff_t>(i * bytes);
        part.emplace(name, Tensor{tensor.type, {tensor.dims.begin() + 1, tensor.dims.end()}, {from, from + static_cast<std::ptrdiff_t>(bytes)}});
    }
    return part;
}

Tensor joined(const std::vector<Tensor>& parts, std::size_t axis) {
    const std::size_t rank = parts.front().dims.size();
    const bool stacks = axis == 0 || rank < 2;
    const std::size_t along = stacks ? rank : std::min(axis, rank - 1);
    if (fit_together(parts, along)) return stacks ? stacked(parts) : concatenated(parts, along);
    Tensor row{parts.front().type, {1, 0}, {}};
    for (const Tensor& part : parts) {
        row.dims[1] += static_cast<std::int64_t>(part.count());
        row.bytes.insert(row.bytes.end(), part.bytes.begin(), part.bytes.end());
    }
    return row;
}

}  // namespace vernier
