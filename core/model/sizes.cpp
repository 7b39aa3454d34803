// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sizes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/declared.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr std::int64_t kBatch = 1, kSequence = 128, kPixels = 224, kSamples = 16000, kFrames = 16, kChannels = 3;

std::optional<std::int64_t> size_from(std::string_view text) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size() || size < 0 || size > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return size;
}

[[noreturn]] void refuse(std::string what, std::string remedy) { throw Error(ErrorKind::usage, std::move(what), {}, std::move(remedy)); }

/// Words of an axis' name in lower case, so that "batch_size", "BatchSize" and "num.batch" are alike.
bool has_any(const std::string& name, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return name.find(word) != std::string::npos; });
}
bool is_any(const std::string& name, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), name) != words.end(); }

/// What a name says of its axis; nothing where it says nothing.
std::optional<std::int64_t> size_by_name(const std::string& name) {
    if (name.empty()) return std::nullopt;
    if (has_any(name, {"batch"}) || is_any(name, {"n", "b", "bs"})) return kBatch;
    if (has_any(name, {"past"})) return 0;  // an empty cache: the rest of the sequence is then what is new
    if (has_any(name, {"height", "width"}) || is_any(name, {"h", "w"})) return kPixels;
    if (has_any(name, {"channel"}) || name == "c") return kChannels;
    if (has_any(name, {"sample", "audio", "wave"})) return kSamples;
    if (has_any(name, {"seq", "len", "time", "token", "step"}) || is_any(name, {"t", "l", "s"})) return kSequence;
    return std::nullopt;
}

/// Size of an axis that the weights of a consumer fix: channels of a Conv, rows of a MatMul or Gemm, inputs of an LSTM.
std::optional<std::int64_t> size_by_consumer(const Model& model, const Value& input, std::size_t axis) {
    const std::size_t rank = input.type.dims.size();
    for (const NodeId id : input.consumers) {
        const Node& node = model.node(id);
        if (node.inputs.size() < 2 || node.inputs[0] != input.id || node.inputs[1] == kNone) continue;
        const Initializer* weight = model.constant(node.inputs[1]);
        if (weight == nullptr || weight->dims.size() < 2) continue;
        const auto& dims = weight->dims;
        std::int64_t channels = 0;
        if (node.op_type == "Conv" && axis == 1 && !__builtin_mul_overflow(dims[1], int_attribute(node, "group").value_or(1), &channels) &&
            is_axis_size(channels))
            return channels;
        if (axis + 1 != rank) continue;
        if (node.op_type == "MatMul") return dims[dims.size() - 2];
        if (node.op_type == "Gemm" && int_attribute(node, "transA").value_or(0) == 0) return dims[int_attribute(node, "transB").value_or(0) != 0 ? 1 : 0];
        if ((node.op_type == "LSTM" || node.op_type == "GRU" || node.op_type == "RNN") && dims.size() == 3) return dims[2];
    }
    return std::nullopt;
}

std::int64_t size_by_place(const Value& input, std::size_t axis) {
    const auto& dims = input.type.dims;
    const bool integer = input.type.element == ElementType::int64 || input.type.element == ElementType::int32;
    if (axis == 0) return kBatch;
    // Keys and values of the tokens before: [batch, heads, tokens, units]. Empty, as where the axis says so itself.
    if (dims.size() >= 3 && has_any(lower(input.name), {"past", "cache", "key_value"})) return 0;
    // The state of a recurrent network: [layers, batch, units].
    if (axis == 1 && dims.size() == 3 && dims[0].value > 1 && dims[2].value > 0) return kBatch;
    if (dims.size() == 4 && !integer) {
        const std::int64_t last = dims[3].value;
        const bool channels_last = last >= 1 && last <= 4;
        if (axis == (channels_last ? 3U : 1U)) return kChannels;
        return kPixels;
    }
    if (dims.size() == 5 && !integer) return axis == 1 ? kChannels : axis == 2 ? kFrames : kPixels;
    return kSequence;
}

/// An axis to be given a size.
struct Axis {
    const Value& input;
    std::size_t index;
    [[nodiscard]] const Dim& dim() const { return input.type.dims[index]; }
};

std::int64_t assumed(const Model& model, const Axis& axis) {
    if (const auto size = size_by_consumer(model, axis.input, axis.index)) return *size;
    if (const auto size = size_by_name(lower(axis.dim().name))) return *size;
    return size_by_place(axis.input, axis.index);
}

const Value* find_input(const Model& model, const std::string& name) {
    for (const ValueId id : model.inputs())
        if (model.value(id).name == name) return &model.value(id);
    return nullptr;
}

std::string names_of_inputs(const Model& model) {
    std::vector<std::string> names;
    for (const ValueId id : model.inputs()) names.push_back(model.value(id).name + " " + model.value(id).type.text());
    return fmt::format("{}", fmt::join(names, ", "));
}

void check_shape(const Model& model, const std::string& name, const std::vector<std::int64_t>& shape) {
    const Value* input = find_input(model, name);
    if (input == nullptr) refuse(fmt::format("--shape: the model has no input '{}'", name), "Its inputs: " + names_of_inputs(model));
    if (!input->type.has_shape) return;
    const auto& dims = input->type.dims;
    bool fits = dims.size() == shape.size();
    for (std::size_t i = 0; fits && i < dims.size(); ++i) fits = dims[i].value < 0 || dims[i].value == shape[i];
    if (!fits)
        refuse(fmt::format("--shape: [{}] does not fit input {}, which is {}", fmt::join(shape, ","), name, input->type.text()),
               "Give a size for each axis, as in --shape input=1x3x640x640");
}

void check_choices(const Model& model, const SizeChoices& choices) {
    for (const auto& [name, shape] : choices.shapes) check_shape(model, name, shape);
    std::set<std::string> known;
    for (const ValueId id : model.inputs())
        for (const Dim& dim : model.value(id).type.dims)
            if (dim.value < 0 && !dim.name.empty()) known.insert(dim.name);
    for (const auto& [name, size] : choices.dims)
        if (!known.contains(name))
            refuse(fmt::format("--dim: no open axis of an input is named '{}'", name),
                   known.empty() ? "The model's open axes have no names; use --shape. Its inputs: " + names_of_inputs(model)
                                 : fmt::format("Open axes: {}", fmt::join(known, ", ")));
}

/// Sizes of open axes by symbolic name, filled from the surest source first.
class Names {
public:
    void set(const Dim& dim, std::int64_t size, SizeSource source) {
        if (!dim.name.empty()) sizes_.try_emplace(dim.name, size, source);
    }
    [[nodiscard]] const std::pair<std::int64_t, SizeSource>* find(const Dim& dim) const {
        const auto found = sizes_.find(dim.name);
        return dim.name.empty() || found == sizes_.end() ? nullptr : &found->second;
    }

private:
    std::map<std::string, std::pair<std::int64_t, SizeSource>> sizes_;
};

template <class Shapes>
void take_names(const Model& model, const Shapes& shapes, SizeSource source, Names& names) {
    for (const auto& [name, shape] : shapes) {
        const Value* input = find_input(model, name);
        if (input == nullptr || input->type.dims.size() != shape.size()) continue;
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (input->type.dims[i].value < 0) names.set(input->type.dims[i], shape[i], source);
    }
}

SizedAxis size_axis(const Model& model, const Axis& axis, const std::vector<std::int64_t>* sample, Names& names) {
    const Dim& dim = axis.dim();
    if (dim.value >= 0) return {dim.value, SizeSource::declared, dim.name};
    if (const auto* known = names.find(dim)) return {known->first, known->second, dim.name};
    if (sample != nullptr && sample->size() == axis.input.type.dims.size()) return {(*sample)[axis.index], SizeSource::data, dim.name};
    const std::int64_t size = assumed(model, axis);
    names.set(dim, size, SizeSource::assumed);
    return {size, SizeSource::assumed, dim.name};
}

std::string axis_name(const InputSize& input, std::size_t index) {
    const std::string& name = input.axes[index].name;
    return name.empty() ? fmt::format("axis {} of {}", index, input.name) : name;
}

std::string_view source_text(SizeSource source) {
    return source == SizeSource::given ? " (given)" : source == SizeSource::data ? " (data)" : source == SizeSource::assumed ? " (assumed)" : "";
}

}  // namespace

void add_dim(SizeChoices& choices, std::string_view text) {
    const std::size_t at = text.rfind('=');
    const auto size = at == std::string_view::npos ? std::nullopt : size_from(text.substr(at + 1));
    if (!size || at == 0) refuse(fmt::format("--dim: '{}' is not NAME=SIZE", text), "Write --dim batch=1");
    choices.dims[std::string(text.substr(0, at))] = *size;
}

void add_shape(SizeChoices& choices, std::string_view text) {
    const std::size_t at = text.rfind('=');
    std::vector<std::int64_t> shape;
    bool good = at != std::string_view::npos && at > 0;
    std::string_view rest = good ? text.substr(at + 1) : std::string_view();
    while (good && !rest.empty()) {
        const std::size_t end = rest.find_first_of("x,");
        const auto size = size_from(rest.substr(0, end));
        good = size.has_value() && (end == std::string_view::npos || end + 1 < rest.size());
        if (good) shape.push_back(*size);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    if (!good) refuse(fmt::format("--shape: '{}' is not INPUT=SIZExSIZEx...", text), "Write --shape input=1x3x640x640");
    choices.shapes[std::string(text.substr(0, at))] = std::move(shape);
}

bool names_shape(std::string_view text, const Model& model) {
    const std::size_t at = text.rfind('=');
    if (at == std::string_view::npos) return false;
    if (text.find_first_of("x,", at) != std::string_view::npos) return true;
    const std::string name(text.substr(0, at));
    const auto has_axis = [&](ValueId id) {
        const auto& dims = model.value(id).type.dims;
        return std::any_of(dims.begin(), dims.end(), [&](const Dim& dim) { return dim.name == name; });
    };
    return find_input(model, name) != nullptr && std::none_of(model.inputs().begin(), model.inputs().end(), has_axis);
}

std::vector<InputSize> input_sizes(const Model& model, const SizeChoices& choices, const SampleShapes& sample) {
    check_choices(model, choices);
    Names names;
    take_names(model, choices.shapes, SizeSource::given, names);
    for (const auto& [name, size] : choices.dims) names.set({-1, name}, size, SizeSource::given);
    take_names(model, sample, SizeSource::data, names);
    std::vector<InputSize> sizes;
    for (const ValueId id : model.inputs()) {
        const Value& input = model.value(id);
        InputSize size{input.name, {}};
        const auto given = choices.shapes.find(input.name);
        const auto seen = sample.find(input.name);
        if (given != choices.shapes.end()) {
            for (std::size_t i = 0; i < given->second.size(); ++i) {
                const Dim dim = input.type.has_shape ? input.type.dims[i] : Dim{};
                size.axes.push_back({given->second[i], dim.value >= 0 ? SizeSource::declared : SizeSource::given, dim.name});
            }
        } else if (!input.type.has_shape) {
            if (seen == sample.end()) continue;
            for (const std::int64_t each : seen->second) size.axes.push_back({each, SizeSource::data, {}});
        } else {
            for (std::size_t i = 0; i < input.type.dims.size(); ++i)
                size.axes.push_back(size_axis(model, {input, i}, seen == sample.end() ? nullptr : &seen->second, names));
        }
        sizes.push_back(std::move(size));
    }
    return sizes;
}

std::string sizes_text(const std::vector<InputSize>& sizes) {
    std::string text;
    std::set<std::string> told;
    for (const InputSize& input : sizes)
        for (std::size_t i = 0; i < input.axes.size(); ++i) {
            const SizedAxis& axis = input.axes[i];
            const std::string name = axis_name(input, i);
            if (axis.source == SizeSource::declared || !told.insert(name).second) continue;
            text += fmt::format("{}{} = {}{}", text.empty() ? "" : ", ", name, axis.size, source_text(axis.source));
        }
    return text;
}

std::vector<Finding> size_findings(const std::vector<InputSize>& sizes) {
    std::string example;
    for (const InputSize& input : sizes)
        for (std::size_t i = 0; i < input.axes.size() && example.empty(); ++i) {
            if (input.axes[i].source != SizeSource::assumed || input.axes[i].size == 1) continue;
            std::vector<std::int64_t> shape;
            for (const SizedAxis& axis : input.axes) shape.push_back(axis.size);
            example = input.axes[i].name.empty() ? fmt::format("--shape {}={}", input.name, fmt::join(shape, "x"))
                                                 : fmt::format("--dim {}={}", input.axes[i].name, input.axes[i].size);
        }
    const bool any = std::any_of(sizes.begin(), sizes.end(), [](const InputSize& input) {
        return std::any_of(input.axes.begin(), input.axes.end(), [](const SizedAxis& axis) { return axis.source == SizeSource::assumed; });
    });
    if (!any) return {};
    if (example.empty()) example = "--dim or --shape";
    return {{Severity::info,
             "open-axes",
             kNone,
             {},
             {},
             "The model leaves sizes open. Taken as: " + sizes_text(sizes) + ". Work, advice and latency depend on them.",
             "Choose others with " + example + (example.starts_with("--shape") ? "" : " (or --shape INPUT=...)") + "."}};
}

}  // namespace vernier
