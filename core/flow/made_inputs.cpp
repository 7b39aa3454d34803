// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/made_inputs.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <random>
#include <span>

#include "core/base/half.h"

namespace vernier {
namespace {

constexpr std::int64_t kNoBound = -1;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool passes_on(const std::string& op) {
    return op == "Cast" || op == "Identity" || op == "Reshape" || op == "Unsqueeze" || op == "Squeeze" || op == "Flatten" || op == "Transpose";
}

/// Rows of the smallest table that a value is an index of, through nodes that only pass it on.
std::int64_t index_bound(const Model& model, ValueId id, int depth) {
    std::int64_t bound = kNoBound;
    const auto take = [&](std::int64_t other) {
        if (other != kNoBound) bound = bound == kNoBound ? other : std::min(bound, other);
    };
    for (const NodeId consumer : model.value(id).consumers) {
        const Node& node = model.node(consumer);
        if (node.op_type == "Gather" && node.inputs.size() > 1 && node.inputs[1] == id && node.inputs[0] != kNone) {
            const ValueType& table = model.value(node.inputs[0]).type;
            if (table.has_shape && !table.dims.empty() && table.dims[0].value > 0) take(table.dims[0].value);
        }
        if (passes_on(node.op_type) && depth < 8 && !node.outputs.empty() && node.outputs[0] != kNone) take(index_bound(model, node.outputs[0], depth + 1));
    }
    return bound;
}

class Maker {
public:
    Maker(const Model& model, std::uint64_t seed) : model_(model), random_(seed) {}

    void fill(const Value& value, Tensor& tensor) {
        switch (tensor.type) {
            case ElementType::float32: return fill_floats<float>(tensor, [](float x) { return x; });
            case ElementType::float64: return fill_floats<double>(tensor, [](float x) { return double(x); });
            case ElementType::float16: return fill_floats<std::uint16_t>(tensor, float_to_half);
            case ElementType::int64: return fill_integers<std::int64_t>(value, tensor);
            case ElementType::int32: return fill_integers<std::int32_t>(value, tensor);
            case ElementType::boolean: return std::fill(tensor.bytes.begin(), tensor.bytes.end(), std::byte{1});
            case ElementType::uint8: return fill_bytes(tensor);
            default: return;  // zeros
        }
    }

private:
    template <class T, class Convert>
    void fill_floats(Tensor& tensor, const Convert& convert) {
        std::normal_distribution<float> normal;
        for (T& x : tensor.as<T>()) x = convert(normal(random_));
    }

    void fill_bytes(Tensor& tensor) {
        std::uniform_int_distribution<int> uniform(0, 255);
        for (std::uint8_t& x : tensor.as<std::uint8_t>()) x = static_cast<std::uint8_t>(uniform(random_));
    }

    template <class T>
    void fill_integers(const Value& value, Tensor& tensor) {
        const std::string name = lower(value.name);
        const std::int64_t bound = index_bound(model_, value.id, 0);
        std::int64_t low = 0, high = bound == kNoBound ? 1 : bound - 1;
        if (name.find("mask") != std::string::npos)
            low = high = 1;
        else if (name.find("type_id") != std::string::npos || name.find("segment") != std::string::npos)
            high = 0;
        else if (name == "sr" || name.find("sample_rate") != std::string::npos)
            low = high = 16000;
        std::uniform_int_distribution<std::int64_t> uniform(low, std::max(low, high));
        for (T& x : tensor.as<T>()) x = static_cast<T>(uniform(random_));
    }

    const Model& model_;
    std::mt19937_64 random_;
};

std::optional<std::vector<std::int64_t>> dims_of(const Model& model, const Value& value, const MadeSizes& sizes) {
    std::vector<std::int64_t> dims;
    const auto usual = [&](std::size_t rank) { return dims.empty() ? 1 : rank == 4 ? sizes.pixels : sizes.steps; };
    const auto& known = model.sizes();
    const auto found = std::find_if(known.begin(), known.end(), [&](const InputSize& input) { return input.name == value.name; });
    if (found != known.end()) {
        for (const SizedAxis& axis : found->axes) {
            const bool by_model = sizes.of_model || axis.source != SizeSource::assumed;
            dims.push_back(by_model ? std::max<std::int64_t>(axis.size, 0) : usual(found->axes.size()));
        }
        return dims;
    }
    if (!value.type.has_shape) return std::nullopt;
    for (const Dim& dim : value.type.dims) dims.push_back(dim.value >= 0 ? dim.value : usual(value.type.dims.size()));
    return dims;
}

}  // namespace

Inputs made_inputs(const Model& model, const MadeSizes& sizes, std::uint64_t seed) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 26;
    Maker maker(model, seed);
    Inputs inputs;
    for (const ValueId id : model.inputs()) {
        const Value& value = model.value(id);
        Tensor tensor;
        tensor.type = value.type.element;
        const auto dims = dims_of(model, value, sizes);
        if (bits(tensor.type) == 0 || !dims) return {};
        tensor.dims = *dims;
        if (tensor.count() > kMost) return {};
        tensor.bytes.resize(byte_size(tensor.type, tensor.count()));
        maker.fill(value, tensor);
        inputs.emplace(value.name, std::move(tensor));
    }
    return inputs;
}

}  // namespace vernier
