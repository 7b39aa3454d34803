// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/model/detail/parts.h"
#include "core/model/detail/steps.h"
#include "core/model/evaluate.h"
#include "core/model/precision.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::uint64_t kKeptBytes = 256U << 20;    ///< of all results of a model together
constexpr std::uint64_t kSmallElements = 1U << 16;  ///< results up to here are made whatever they are made of

/// One sub-graph: its nodes are few, and what two of them read is computed once.
class SubGraph {
public:
    explicit SubGraph(const Model& model) : model_(model) {}

    std::optional<Tensor> compute(ValueId value) {
        elements_ = 0;
        if (!collect(value) || elements_ > kMaxElements) return std::nullopt;
        return result(value);
    }

private:
    static constexpr std::size_t kMaxNodes = 64;
    static constexpr std::uint64_t kMaxElements = 32U << 20;

    /// Counts the constants behind a value; false when there are too many nodes.
    bool collect(ValueId value) {
        if (value == kNone) return true;
        if (const Initializer* tensor = model_.constant(value)) {
            elements_ += tensor->count();
            return true;
        }
        if (results_.contains(value)) return true;
        results_[value];
        const auto& inputs = model_.node(model_.value(value).producer).inputs;
        return results_.size() <= kMaxNodes && std::all_of(inputs.begin(), inputs.end(), [&](ValueId input) { return collect(input); });
    }

    const std::optional<Tensor>& result(ValueId value) {
        std::optional<Tensor>& made = results_[value];
        if (!made) made = evaluated(value);
        return made;
    }

    std::optional<Tensor> evaluated(ValueId value) {
        const Node& node = model_.node(model_.value(value).producer);
        std::vector<Initializer> views(node.inputs.size());
        const auto output = std::find(node.outputs.begin(), node.outputs.end(), value) - node.outputs.begin();
        Evaluation request{node.proto, static_cast<int>(output), {}, std::max(kSmallElements, 2 * elements_)};
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const ValueId input = node.inputs[i];
            const Initializer* constant = input == kNone ? nullptr : model_.constant(input);
            request.inputs.push_back(input == kNone ? nullptr : constant != nullptr ? constant : &views[i]);
            if (input == kNone || constant != nullptr) continue;
            const std::optional<Tensor>& made = result(input);
            if (!made) return std::nullopt;
            views[i].type = made->type;
            views[i].dims = made->dims;
            views[i].data = made->bytes;
        }
        return evaluate(request);
    }

    const Model& model_;
    std::map<ValueId, std::optional<Tensor>> results_;
    std::uint64_t elements_ = 0;
};

}  // namespace

const Initializer* packed_codes(const Model& model, ValueId value) {
    const Initializer* bytes = value == kNone ? nullptr : model.constant(value);
    if (bytes == nullptr || bytes->type != ElementType::uint8 || bytes->dims.empty() || bytes->count() == 0) return nullptr;
    ComputedConstants& computed = model.parts().source->computed;
    const std::lock_guard guard(computed.lock);
    auto& entry = computed.entries[value];
    if (entry == nullptr) {
        entry = std::make_unique<ComputedConstants::Entry>();
        entry->view = *bytes;
        entry->view.type = ElementType::uint4;
        entry->view.dims.back() *= 2;
    }
    return &entry->view;
}

const Initializer* computed_constant(const Model& model, ValueId value) {
    if (value == kNone || model.constant(value) != nullptr || !is_constant(model, value)) return nullptr;
    ComputedConstants& computed = model.parts().source->computed;
    const std::lock_guard guard(computed.lock);
    auto& entry = computed.entries[value];
    if (entry == nullptr) {
        entry = std::make_unique<ComputedConstants::Entry>();
        if (computed.bytes < kKeptBytes) entry->tensor = SubGraph(model).compute(value);
        if (entry->tensor) {
            computed.bytes += entry->tensor->bytes.size();
            entry->view.name = model.value(value).name;
            entry->view.type = entry->tensor->type;
            entry->view.dims = entry->tensor->dims;
            entry->view.data = entry->tensor->bytes;
        }
    }
    return entry->tensor ? &entry->view : nullptr;
}

}  // namespace vernier
