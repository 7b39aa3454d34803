// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/model/detail/operands.h"

namespace vernier::detail {
namespace {

/// Copies single elements between tensors of one type, packed ones (below a byte) too.
class Mover {
public:
    Mover(const Initializer& from, Tensor& to) : from_(from.data.data()), to_(to.bytes.data()), width_(bits(from.type)) {
        if (width_ % 8 != 0 && width_ != 4 && width_ != 2) throw NotEvaluated{};
    }
    void copy(std::size_t to, std::size_t from) const {
        if (width_ % 8 == 0) {
            const auto size = static_cast<std::size_t>(width_ / 8);
            std::memcpy(to_ + to * size, from_ + from * size, size);
            return;
        }
        const auto each = static_cast<std::size_t>(8 / width_);
        const unsigned mask = (1U << width_) - 1;
        const auto place = [&](std::size_t i) { return static_cast<unsigned>(i % each) * static_cast<unsigned>(width_); };
        const unsigned value = (static_cast<unsigned>(from_[from / each]) >> place(from)) & mask;
        auto& byte = to_[to / each];
        byte = static_cast<std::byte>((static_cast<unsigned>(byte) & ~(mask << place(to))) | (value << place(to)));
    }

private:
    const std::byte* from_;
    std::byte* to_;
    int width_;
};

/// The elements at offset, offset + strides, ... of a tensor.
Tensor picked(const Evaluation& request, const Initializer& from, const Dims& dims, const Dims& strides, std::int64_t offset = 0) {
    Tensor to = made(request, from.type, dims);
    const Mover mover(from, to);
    walk<1>(dims, {strides}, {offset}, [&](std::size_t i, const auto& at) { mover.copy(i, static_cast<std::size_t>(at[0])); });
    return to;
}

/// The same elements in another shape.
Tensor reshaped(const Evaluation& request, const Initializer& from, Dims dims) {
    if (element_count(dims) != from.count()) throw NotEvaluated{};
    Tensor to = made(request, from.type, std::move(dims));
    std::copy(from.data.begin(), from.data.end(), to.bytes.begin());
    return to;
}

Tensor identity(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    return reshaped(request, from, from.dims);
}

Tensor reshape(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const auto list = list_of(request, 1, "shape");
    if (!list) throw NotEvaluated{};
    Dims dims = *list;
    const bool keep_zero = int_of(*request.node, "allowzero", 0) != 0;
    std::int64_t known = 1, open = -1;
    for (std::size_t i = 0; i < dims.size(); ++i) {
        if (dims[i] == 0 && !keep_zero) {
            if (i >= from.dims.size()) throw NotEvaluated{};
            dims[i] = from.dims[i];
        }
        if (dims[i] == -1)
            open = static_cast<std::int64_t>(i);
        else if (__builtin_mul_overflow(known, dims[i], &known))
            throw NotEvaluated{};
    }
    if (open >= 0) {
        if (known <= 0) throw NotEvaluated{};
        dims[static_cast<std::size_t>(open)] = static_cast<std::int64_t>(from.count()) / known;
    }
    return reshaped(request, from, std::move(dims));
}

Tensor flatten(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    auto axis = int_of(*request.node, "axis", 1);
    if (axis < 0) axis += static_cast<std::int64_t>(from.dims.size());
    Dims dims = {1, 1};
    for (std::size_t i = 0; i < from.dims.size(); ++i) dims[static_cast<std::int64_t>(i) < axis ? 0 : 1] *= from.dims[i];
    return reshaped(request, from, std::move(dims));
}

Tensor squeeze(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const auto list = list_of(request, 1, "axes");
    std::vector<bool> gone(from.dims.size(), false);
    if (list)
        for (const auto axis : *list) gone[axis_of(axis, gone.size())] = true;
    Dims dims;
    for (std::size_t i = 0; i < gone.size(); ++i)
        if (list ? !gone[i] : from.dims[i] != 1) dims.push_back(from.dims[i]);
    return reshaped(request, from, std::move(dims));
}

Tensor unsqueeze(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const auto list = list_of(request, 1, "axes");
    if (!list) throw NotEvaluated{};
    std::vector<bool> added(from.dims.size() + list->size(), false);
    for (const auto axis : *list) {
        const std::size_t at = axis_of(axis, added.size());
        if (added[at]) throw NotEvaluated{};
        added[at] = true;
    }
    Dims dims;
    std::size_t next = 0;
    for (const bool one : added) dims.push_back(one ? 1 : from.dims[next++]);
    return reshaped(request, from, std::move(dims));
}

Tensor transpose(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const std::size_t rank = from.dims.size();
    Dims perm(rank);
    std::iota(perm.rbegin(), perm.rend(), 0);
    if (const auto given = ints_of(*request.node, "perm")) perm = *given;
    std::vector<bool> taken(rank, false);
    for (const auto axis : perm) taken[axis_of(axis, rank)] = true;
    if (perm.size() != rank || std::find(taken.begin(), taken.end(), false) != taken.end()) throw NotEvaluated{};
    const Dims own = strides_of(from.dims);
    Dims dims, strides;
    for (const auto axis : perm) {
        dims.push_back(from.dims[axis_of(axis, rank)]);
        strides.push_back(own[axis_of(axis, rank)]);
    }
    return picked(request, from, dims, strides);
}

Tensor expand(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const Dims dims = broadcast_dims(from.dims, integers(operand(request, 1)));
    return picked(request, from, dims, broadcast_strides(from.dims, dims));
}

Tensor slice(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const auto starts = list_of(request, 1, "starts"), ends = list_of(request, 2, "ends");
    if (!starts || !ends || starts->size() != ends->size()) throw NotEvaluated{};
    Dims axes(starts->size());
    std::iota(axes.begin(), axes.end(), 0);
    if (const auto given = list_of(request, 3, "axes")) axes = *given;
    const Dims steps = list_of(request, 4, "steps").value_or(Dims(starts->size(), 1));
    if (axes.size() != starts->size() || steps.size() != starts->size()) throw NotEvaluated{};
    Dims dims = from.dims, strides = strides_of(from.dims);
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = axis_of(axes[i], dims.size());
        const std::int64_t size = from.dims[axis], step = std::clamp(steps[i], -size - 1, size + 1);  // a longer step takes the first only
        if (step == 0 || size == 0) throw NotEvaluated{};
        const auto clamped = [&](std::int64_t at, std::int64_t low, std::int64_t high) { return std::clamp(at < 0 ? at + size : at, low, high); };
        const std::int64_t start = step > 0 ? clamped((*starts)[i], 0, size) : clamped((*starts)[i], 0, size - 1);
        const std::int64_t end = step > 0 ? clamped((*ends)[i], 0, size) : clamped((*ends)[i], -1, size - 1);
        const std::int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
        dims[axis] = span <= 0 ? 0 : (span - 1) / stride + 1;
        offset += start * strides[axis];
        strides[axis] *= step;
    }
    return picked(request, from, dims, strides, offset);
}

Tensor split(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const std::size_t axis = axis_of(int_of(*request.node, "axis", 0), from.dims.size());
    const std::int64_t size = from.dims[axis], count = request.node->output_size();
    const std::int64_t each = (size + count - 1) / count;
    std::int64_t begin = each * request.output, length = std::min(each, size - begin);
    if (const auto parts = list_of(request, 1, "split")) {
        const auto at = static_cast<std::size_t>(request.output);
        if (at >= parts->size() || std::any_of(parts->begin(), parts->end(), [&](auto part) { return part < 0 || part > size; })) throw NotEvaluated{};
        begin = std::accumulate(parts->begin(), parts->begin() + request.output, std::int64_t{0});
        length = (*parts)[at];
    }
    if (begin < 0 || length < 0 || begin + length > size) throw NotEvaluated{};
    Dims dims = from.dims;
    dims[axis] = length;
    const Dims strides = strides_of(from.dims);
    return picked(request, from, dims, strides, begin * strides[axis]);
}

Tensor concat(const Evaluation& request) {
    const Initializer& first = operand(request, 0);
    const std::size_t axis = axis_of(int_of(*request.node, "axis", 0), first.dims.size());
    Dims dims = first.dims;
    for (std::size_t slot = 1; slot < request.inputs.size(); ++slot) {
        const Initializer& part = operand(request, slot);
        Dims same = part.dims;
        if (part.type != first.type || same.size() != dims.size()) throw NotEvaluated{};
        same[axis] = dims[axis];
        if (same != dims) throw NotEvaluated{};
        dims[axis] += part.dims[axis];
    }
    Tensor to = made(request, first.type, dims);
    const Dims strides = strides_of(dims);
    std::int64_t begin = 0;
    for (std::size_t slot = 0; slot < request.inputs.size(); ++slot) {
        const Initializer& part = operand(request, slot);
        const Mover mover(part, to);
        walk<1>(part.dims, {strides}, {begin * strides[axis]}, [&](std::size_t i, const auto& at) { mover.copy(static_cast<std::size_t>(at[0]), i); });
        begin += part.dims[axis];
    }
    return to;
}

Tensor gather(const Evaluation& request) {
    const Initializer& from = operand(request, 0);
    const Initializer& picks = operand(request, 1);
    const std::size_t axis = axis_of(int_of(*request.node, "axis", 0), from.dims.size());
    const auto load = loader<std::int64_t>(is_whole(picks.type) ? picks.type : throw NotEvaluated{});
    Dims dims(from.dims.begin(), from.dims.begin() + static_cast<std::ptrdiff_t>(axis));
    dims.insert(dims.end(), picks.dims.begin(), picks.dims.end());
    dims.insert(dims.end(), from.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.dims.end());
    Tensor to = made(request, from.type, std::move(dims));
    const Mover mover(from, to);
    const auto inner = static_cast<std::size_t>(strides_of(from.dims)[axis]), count = static_cast<std::size_t>(picks.count());
    const auto size = static_cast<std::size_t>(from.dims[axis]);
    for (std::size_t i = 0; i < static_cast<std::size_t>(to.count()); ++i) {
        const std::size_t outer = i / inner / count;
        const std::size_t pick = axis_of(load(picks.data.data(), i / inner % count), size);
        mover.copy(i, (outer * size + pick) * inner + i % inner);
    }
    return to;
}

struct Row {
    std::string_view op;
    EvaluateFn run;
};
constexpr std::array kMovements = {
    Row{"Identity", &identity},   Row{"Reshape", &reshape},     Row{"Flatten", &flatten}, Row{"Squeeze", &squeeze},
    Row{"Unsqueeze", &unsqueeze}, Row{"Transpose", &transpose}, Row{"Expand", &expand},   Row{"Slice", &slice},
    Row{"Split", &split},         Row{"Concat", &concat},       Row{"Gather", &gather},
};

}  // namespace

EvaluateFn movement(std::string_view op) {
    for (const Row& row : kMovements)
        if (row.op == op) return row.run;
    return nullptr;
}

}  // namespace vernier::detail
