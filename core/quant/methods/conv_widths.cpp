// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/conv_widths.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <set>

namespace vernier {
namespace {

constexpr std::int64_t kKernelChannels = 16;
constexpr std::int64_t kGroupChannels = 32;
constexpr double kMostZeros = 0.1;

/// Finite for every finite input: a channel of zeros stays harmless behind them.
constexpr std::array kElementwise = {"Relu",         "Clip", "Sigmoid",  "LeakyRelu", "HardSigmoid", "HardSwish", "Tanh",    "Elu",         "Selu",
                                     "Erf",          "Gelu", "Softplus", "Softsign",  "Mish",        "Identity",  "MaxPool", "AveragePool", "GlobalAveragePool",
                                     "GlobalMaxPool"};
constexpr std::array kBinary = {"Add", "Sub", "Mul", "PRelu"};

template <std::size_t N>
bool is_one_of(const onnx::NodeProto& node, const std::array<const char*, N>& names) {
    return is_standard(node) && std::find(names.begin(), names.end(), node.op_type()) != names.end();
}

std::int64_t channels_of(const ValueType& type) { return type.has_shape && type.dims.size() > 1 ? type.dims[1].value : -1; }

/// Gives a node's operand new content: in place where only this node reads it, else as a constant of its own.
void set_constant(GraphEdit& edit, int i, int slot, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
    const std::string name = edit.item(static_cast<std::size_t>(i)).proto.input(slot);
    if (edit.only_reader(name) == i) return edit.replace_constant(name, dims, values);
    edit.set_input(i, slot, edit.add_constant(name, ElementType::float32, dims, values));
}

void grow_constant(GraphEdit& edit, int i, int slot, std::size_t axis, std::int64_t wider) {
    const auto& name = edit.item(static_cast<std::size_t>(i)).proto.input(slot);
    auto dims = edit.dims(name);
    const auto values = grown(edit.floats(name), dims, axis, wider);
    dims[axis] = wider;
    set_constant(edit, i, slot, dims, values);
}

/// Everything that shares the channels of one depthwise convolution, and how to widen it.
class ChannelGroup {
public:
    ChannelGroup(GraphEdit& edit, const StaticPlan& plan, std::int64_t channels) : edit_(edit), plan_(plan), channels_(channels) {}

    /// False when something that cannot be widened shares the channels.
    bool collect(const std::string& first) {
        std::vector<std::string> waiting{first};
        while (!waiting.empty()) {
            const std::string tensor = waiting.back();
            waiting.pop_back();
            if (!tensors_.insert(tensor).second) continue;
            if (edit_.is_output(tensor) || edit_.is_input(tensor) || edit_.has_outer_reads(tensor)) return false;
            const int producer = edit_.producer(tensor);
            if (producer < 0 || edit_.type(tensor).element != ElementType::float32) return false;
            if (!add_node(producer, tensor, waiting)) return false;
            for (const int reader : edit_.readers(tensor))
                if (!add_node(reader, tensor, waiting)) return false;
        }
        return true;
    }

    void widen(std::int64_t wider) {
        for (const auto& change : changes_) change(wider);
        for (const auto& tensor : tensors_) {
            ValueType type = edit_.type(tensor);
            if (channels_of(type) < 0) continue;
            type.dims[1].value = wider;
            edit_.set_type(tensor, type);
        }
    }

private:
    const onnx::NodeProto& node(int i) const { return edit_.item(static_cast<std::size_t>(i)).proto; }

    bool add_node(int i, const std::string& tensor, std::vector<std::string>& waiting) {
        if (is_standard(node(i)) && node(i).op_type() == "Conv") return add_conv(i, tensor, waiting);
        if (!nodes_.insert(i).second) return true;
        if (is_one_of(node(i), kElementwise)) return add_elementwise(i, waiting);
        return is_one_of(node(i), kBinary) && add_binary(i, waiting);
    }

    bool add_elementwise(int i, std::vector<std::string>& waiting) {
        if (node(i).output_size() != 1) return false;
        waiting.push_back(node(i).input(0));
        waiting.push_back(node(i).output(0));
        return true;
    }

    /// Only convolutions that run in INT8 are touched: those that were left in float are left whole.
    bool add_conv(int i, const std::string& tensor, std::vector<std::string>& waiting) {
        if (const auto at = static_cast<std::size_t>(i); at >= plan_.items.size() || plan_.items[at].kernel != Kernel::conv) return false;
        const std::int64_t groups = attribute_int(node(i), "group", 1);
        const auto dims = edit_.dims(node(i).input(1));
        if (groups == 1) {
            if (node(i).input(0) == tensor) changes_.push_back([this, i](std::int64_t wider) { grow_constant(edit_, i, 1, 1, wider); });
            if (node(i).output(0) == tensor) changes_.push_back([this, i](std::int64_t wider) { grow_outputs(i, wider); });
            return true;
        }
        if (groups != channels_ || dims[0] != channels_ || dims[1] != 1) return false;
        if (!nodes_.insert(i).second) return true;
        waiting.push_back(node(i).input(0));
        waiting.push_back(node(i).output(0));
        changes_.push_back([this, i](std::int64_t wider) {
            grow_outputs(i, wider);
            set_attribute(edit_.item(static_cast<std::size_t>(i)).proto, "group", wider);
        });
        return true;
    }

    void grow_outputs(int i, std::int64_t wider) {
        grow_constant(edit_, i, 1, 0, wider);
        if (node(i).input_size() > 2 && !node(i).input(2).empty()) grow_constant(edit_, i, 2, 0, wider);
    }

    /// Operands with the channels join; one that is broadcast over them stays.
    bool add_binary(int i, std::vector<std::string>& waiting) {
        const ValueType result = edit_.type(node(i).output(0));
        if (channels_of(result) != channels_) return false;
        waiting.push_back(node(i).output(0));
        for (int slot = 0; slot < node(i).input_size(); ++slot) {
            const std::string& input = node(i).input(slot);
            const ValueType type = edit_.type(input);
            if (!type.has_shape || type.element != ElementType::float32 || type.dims.size() > result.dims.size()) return false;
            const std::size_t missing = result.dims.size() - type.dims.size();
            if (missing > 1) continue;  // no channel axis: broadcast over it
            const std::int64_t here = type.dims[1 - missing].value;
            if (here == 1) continue;
            if (here != channels_) return false;
            if (edit_.is_constant(input))
                changes_.push_back([this, i, slot, axis = 1 - missing](std::int64_t wider) { grow_constant(edit_, i, slot, axis, wider); });
            else if (missing == 0)
                waiting.push_back(input);
            else
                return false;
        }
        return true;
    }

    GraphEdit& edit_;
    const StaticPlan& plan_;
    std::int64_t channels_;
    std::set<std::string> tensors_;
    std::set<int> nodes_;
    std::vector<std::function<void(std::int64_t)>> changes_;
};

/// The convolution's weight with `merged` groups written as one: each output channel reads zeros from the other groups.
std::vector<float> merged_weight(const std::vector<float>& values, const std::vector<std::int64_t>& dims, std::int64_t groups, std::int64_t merged) {
    const auto outputs = static_cast<std::size_t>(dims[0]), a_group = outputs / static_cast<std::size_t>(groups);
    const std::size_t block = values.size() / outputs, wide = block * static_cast<std::size_t>(merged);
    std::vector<float> result(outputs * wide, 0.f);
    for (std::size_t o = 0; o < outputs; ++o) {
        const std::size_t place = o / a_group % static_cast<std::size_t>(merged);
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(o * block), block, result.begin() + static_cast<std::ptrdiff_t>(o * wide + place * block));
    }
    return result;
}

/// How many groups to write as one; 1 = leave them.
std::int64_t groups_to_merge(std::int64_t groups, const std::vector<std::int64_t>& dims) {
    if (groups <= 1 || dims[1] == 1) return 1;
    std::int64_t merged = 1;
    while (dims[1] * merged * 2 <= kGroupChannels && groups % (merged * 2) == 0) merged *= 2;
    return merged;
}

std::int64_t elements(const std::vector<std::int64_t>& dims) { return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>()); }

}  // namespace

std::vector<float> grown(const std::vector<float>& values, const std::vector<std::int64_t>& dims, std::size_t axis, std::int64_t wider) {
    std::size_t outer = 1, inner = 1;
    for (std::size_t a = 0; a < axis; ++a) outer *= static_cast<std::size_t>(dims[a]);
    for (std::size_t a = axis; a < dims.size(); ++a) inner *= static_cast<std::size_t>(dims[a]);
    const std::size_t target = inner / static_cast<std::size_t>(dims[axis]) * static_cast<std::size_t>(wider);
    std::vector<float> result(outer * target, 0.f);
    for (std::size_t o = 0; o < outer; ++o)
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(o * inner), inner, result.begin() + static_cast<std::ptrdiff_t>(o * target));
    return result;
}

int pad_depthwise_channels(GraphEdit& edit, const StaticPlan& plan) {
    if (plan.dialect != Dialect::u8s8) return 0;
    int changed = 0;
    for (const int i : plan.heavy) {
        const auto& node = edit.item(static_cast<std::size_t>(i)).proto;
        const std::int64_t channels = attribute_int(node, "group", 1);
        if (node.op_type() != "Conv" || channels == 1 || channels % kKernelChannels == 0) continue;
        if (const auto dims = edit.dims(node.input(1)); dims[0] != channels || dims[1] != 1) continue;
        ChannelGroup group(edit, plan, channels);
        if (!group.collect(node.input(0))) continue;
        group.widen((channels + kKernelChannels - 1) / kKernelChannels * kKernelChannels);
        ++changed;
    }
    return changed;
}

int merge_conv_groups(GraphEdit& edit, const StaticPlan& plan) {
    if (plan.dialect != Dialect::u8s8) return 0;
    std::int64_t all = 0, zeros = 0;
    for (const int i : plan.heavy) all += elements(edit.dims(edit.item(static_cast<std::size_t>(i)).proto.input(1)));
    int changed = 0;
    for (const int i : plan.heavy) {
        auto& node = edit.item(static_cast<std::size_t>(i)).proto;
        if (node.op_type() != "Conv") continue;
        auto dims = edit.dims(node.input(1));
        const std::int64_t groups = attribute_int(node, "group", 1), merged = groups_to_merge(groups, dims);
        const std::int64_t added = elements(dims) * (merged - 1);
        if (merged == 1 || double(zeros + added) > kMostZeros * double(all)) continue;
        zeros += added;
        const auto values = merged_weight(edit.floats(node.input(1)), dims, groups, merged);
        dims[1] *= merged;
        set_constant(edit, i, 1, dims, values);
        set_attribute(edit.item(static_cast<std::size_t>(i)).proto, "group", groups / merged);
        ++changed;
    }
    return changed;
}

}  // namespace vernier
