// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/carry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/half.h"
#include "core/data/detail/elements.h"
#include "core/data/detail/source.h"

namespace vernier {
namespace {

constexpr std::int64_t kLongestPart = std::int64_t{1} << 24;

std::string text_of(const Tensor& tensor) { return fmt::format("{}[{}]", name(tensor.type), fmt::join(tensor.dims, ",")); }

[[noreturn]] void refuse(const std::string& sample, const InputSpec& input, const Tensor& tensor, const std::string& why, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data,
                fmt::format("sample {} gives {} for the input '{}', of which a run takes {}: {}", sample, text_of(tensor), input.name, input.type.text(), why),
                {.tensor = input.name}, remedy.empty() ? "Say under \"frames\" in the .dataset.json how it is cut: {\"axis\": ..., \"size\": ...}" : remedy);
}

/// Sizes from `first` on are those of the model's axes from `axis` on.
bool ends_alike(const std::vector<std::int64_t>& dims, std::size_t first, const std::vector<Dim>& model, std::size_t axis) {
    if (dims.size() + axis != model.size() + first) return false;
    for (std::size_t i = first; i < dims.size(); ++i)
        if (const std::int64_t fixed = model[i - first + axis].value; fixed >= 0 && fixed != dims[i]) return false;
    return true;
}

/// Axes of one sample and of one channel are often left out of data, or have no axis in the model.
Tensor aligned(Tensor tensor, const std::vector<Dim>& model) {
    if (tensor.dims.size() == model.size() + 1 && tensor.dims[0] == 1) tensor.dims.erase(tensor.dims.begin());
    while (tensor.dims.size() < model.size() && !tensor.dims.empty() && model[1].value == 1) tensor.dims.insert(tensor.dims.begin() + 1, 1);
    return tensor;
}

void collect(Fields& top, const std::string& key, const Json& value, std::vector<double>& numbers) {
    if (value.is_array()) {
        for (const Json& each : value) collect(top, key, each, numbers);
        return;
    }
    if (!value.is_number() && !value.is_boolean()) top.fail(key, "holds something that is not a number");
    numbers.push_back(value.is_boolean() ? (value.get<bool>() ? 1 : 0) : value.get<double>());
}

std::vector<std::int64_t> shape_of(const Json& list) {
    std::vector<std::int64_t> dims;
    for (const Json* at = &list; at->is_array(); at = &at->front()) {
        dims.push_back(static_cast<std::int64_t>(at->size()));
        if (at->empty()) break;
    }
    return dims;
}

std::vector<std::int64_t> usual_shape(const ValueType& type) {
    std::vector<std::int64_t> dims;
    for (const Dim& dim : type.dims) dims.push_back(dim.value < 0 ? 1 : dim.value);
    return dims;
}

Tensor filled(ElementType type, std::vector<std::int64_t> dims, const std::vector<double>& numbers) {
    Tensor tensor{type, std::move(dims), {}};
    tensor.bytes.resize(byte_size(type, tensor.count()));
    const auto at = [&](std::size_t i) { return numbers.size() == 1 ? numbers[0] : numbers[i]; };
    if (type == ElementType::float16) {
        const auto values = tensor.as<std::uint16_t>();
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = float_to_half(static_cast<float>(at(i)));
        return tensor;
    }
    visit_element(type, [&](auto sample) {
        const auto values = tensor.as<decltype(sample)>();
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<decltype(sample)>(at(i));
    });
    return tensor;
}

/// A number alone fills the input's shape; a list has the full shape.
Tensor constant_of(Fields& constants, const InputSpec& input) {
    const Json& value = constants.need(input.name);
    std::vector<double> numbers;
    collect(constants, input.name, value, numbers);
    if (bits(input.type.element) == 0) constants.fail(input.name, fmt::format("is for an input of type {}", input.type.text()));
    std::vector<std::int64_t> dims = value.is_array() ? shape_of(value) : usual_shape(input.type);
    if (numbers.size() != 1 && numbers.size() != element_count(dims)) constants.fail(input.name, "has lists of different lengths");
    if (numbers.empty()) constants.fail(input.name, "is empty");
    return filled(input.type.element, std::move(dims), numbers);
}

StateSpec read_state(Fields& carry, const std::string& input) {
    const Json& value = carry.need(input);
    if (value.is_string()) return {value.get<std::string>(), {}};
    Fields fields = carry.object(input);
    StateSpec state{fields.text("from"), {}};
    if (!fields.has("shape")) return state;
    state.shape.emplace();
    for (const float size : fields.numbers("shape")) state.shape->push_back(static_cast<std::int64_t>(size));
    if (std::any_of(state.shape->begin(), state.shape->end(), [](std::int64_t size) { return size < 0 || size > kLongestPart; }))
        fields.fail("shape", "has a size below 0, or one that is too large");
    return state;
}

std::size_t place(const std::vector<Dim>& model, const FrameSpec& spec) { return std::min(spec.axis, model.empty() ? 0 : model.size() - 1); }

}  // namespace

CarrySpec read_carry(Fields& top, const std::vector<InputSpec>& inputs, const std::vector<std::string>& outputs) {
    CarrySpec spec;
    if (top.has("carry")) {
        Fields carry = top.object("carry");
        for (const std::string& key : carry.keys()) {
            static_cast<void>(input_named(inputs, key, top.file()));
            StateSpec state = read_state(carry, key);
            if (std::find(outputs.begin(), outputs.end(), state.output) == outputs.end())
                carry.fail(key, fmt::format("is '{}', which is not an output of the model", state.output), fmt::format("It has: {}", fmt::join(outputs, ", ")));
            spec.states.emplace(key, std::move(state));
        }
    }
    if (top.has("frames")) {
        Fields frames = top.object("frames");
        for (const std::string& key : frames.keys()) {
            const InputSpec& input = input_named(inputs, key, top.file());
            Fields fields = frames.object(key);
            const auto most = static_cast<std::int64_t>(input.type.dims.size()) - 1;
            if (most < 0) frames.fail(key, "is an input without axes");
            FrameSpec frame{static_cast<std::size_t>(fields.has("axis") ? fields.integer("axis", 0, most) : most), 0, 0};
            if (fields.has("size")) frame.size = fields.integer("size", 1, kLongestPart);
            if (fields.has("context")) frame.context = fields.integer("context", 0, kLongestPart);
            if (frame.size == 0) frame.size = input.type.dims[frame.axis].value - frame.context;
            if (frame.size <= 0) fields.fail("size", "is missing, and the model leaves this axis open", "Say how many values along the axis a run takes");
            spec.frames.emplace(key, frame);
        }
    }
    if (top.has("constants")) {
        Fields constants = top.object("constants");
        for (const std::string& key : constants.keys()) spec.constants.emplace(key, constant_of(constants, input_named(inputs, key, top.file())));
    }
    return spec;
}

std::string identity_of(const CarrySpec& spec) {
    std::string text;
    for (const auto& [input, state] : spec.states)
        text += fmt::format(" {}<-{}[{}]", input, state.output, fmt::join(state.shape.value_or(std::vector<std::int64_t>{}), ","));
    for (const auto& [input, frame] : spec.frames) text += fmt::format(" {}/{}:{}+{}", input, frame.axis, frame.size, frame.context);
    for (const auto& [input, tensor] : spec.constants)
        text += fmt::format(" {}={} {}", input, text_of(tensor), sha256(std::span<const std::byte>(tensor.bytes)));
    return text;
}

Framing::Framing(CarrySpec spec, const std::vector<InputSpec>& inputs, std::map<std::string, Tensor> sample, const std::string& name) : spec_(std::move(spec)) {
    for (const auto& [input, state] : spec_.states) carry_.states.emplace(input, state.output);
    if (!spec_.several_runs()) return;
    fill(sample, inputs);
    for (const InputSpec& input : inputs) {
        const auto given = sample.find(input.name);
        if (given == sample.end() || spec_.states.contains(input.name) || spec_.constants.contains(input.name)) continue;
        const Plan plan = plan_for(given->second, input, name);
        if (plan.how == How::whole) continue;
        if (plans_.empty()) carry_.join = plan.how == How::stacked ? 0 : plan.cut.axis;
        plans_.emplace(input.name, plan);
        carry_.framed.push_back(input.name);
    }
}

Framing::Plan Framing::plan_for(const Tensor& tensor, const InputSpec& input, const std::string& name) const {
    const std::vector<Dim>& model = input.type.dims;
    if (const auto given = spec_.frames.find(input.name); given != spec_.frames.end()) return {How::cut, given->second};
    if (!input.type.has_shape || model.empty()) return {};
    const auto& dims = tensor.dims;
    const bool batch = model[0].value == 1 || model[0].value < 0;
    if (batch && dims.size() == model.size() + 1 && ends_alike(dims, 2, model, 1)) return {How::stacked, {}};
    if (dims.size() == model.size() + 2 && dims[0] == 1 && ends_alike(dims, 2, model, 0)) return {How::stacked, {}};
    const Tensor own = aligned({tensor.type, dims, {}}, model);
    if (own.dims.size() != model.size()) refuse(name, input, tensor, "it has neither the axes of a run nor one more");
    if (ends_alike(own.dims, 0, model, 0)) return {};
    std::vector<FrameSpec> ways;
    for (std::size_t axis = 0; axis < model.size(); ++axis) {
        const std::int64_t size = model[axis].value;
        std::vector<std::int64_t> part = own.dims;
        part[axis] = size;
        if (size > 0 && own.dims[axis] > size && ends_alike(part, 0, model, 0)) ways.push_back({axis, size, 0});
    }
    if (ways.size() != 1) refuse(name, input, tensor, "it can be cut into parts in no way, or in several");
    return {How::cut, ways.front()};
}

void Framing::fill(std::map<std::string, Tensor>& inputs, const std::vector<InputSpec>& specs) const {
    for (const auto& [input, tensor] : spec_.constants) inputs.insert_or_assign(input, tensor);
    for (const InputSpec& spec : specs) {
        const auto state = spec_.states.find(spec.name);
        if (state == spec_.states.end() || inputs.contains(spec.name)) continue;
        const ElementType type = spec.type.element == ElementType::undefined ? ElementType::float32 : spec.type.element;
        inputs.emplace(spec.name, filled(type, state->second.shape.value_or(usual_shape(spec.type)), {0}));
    }
}

Tensor Framing::framed(const Tensor& tensor, const Plan& plan, const InputSpec& input, const std::string& name) const {
    const std::vector<Dim>& model = input.type.dims;
    Tensor out{tensor.type, {}, {}};
    if (plan.how == How::stacked) {
        const bool batch = tensor.dims.size() == model.size() + 1;
        if (tensor.dims.size() < 2 || (!batch && tensor.dims.size() != model.size() + 2) || tensor.dims[1] < 1)
            refuse(name, input, tensor, "other samples have one axis more than a run");
        out.dims = {tensor.dims[1]};
        if (batch) out.dims.push_back(1);
        out.dims.insert(out.dims.end(), tensor.dims.begin() + 2, tensor.dims.end());
        out.bytes = tensor.bytes;
        return out;
    }
    const Tensor own = aligned(tensor, model);
    const std::size_t axis = place(model, plan.cut);
    const std::int64_t size = plan.cut.size, context = plan.cut.context;
    if (own.dims.size() != model.size() || own.dims[axis] < size || own.dims[axis] % size != 0)
        refuse(name, input, tensor, fmt::format("along axis {} it is no multiple of {}", axis, size), "Cut the samples, or fill them up, to a multiple of it.");
    const std::int64_t parts = own.dims[axis] / size;
    out.dims = own.dims;
    out.dims[axis] = size + context;
    const auto outer = static_cast<std::int64_t>(element_count(std::span(out.dims).first(axis)));
    const std::int64_t inner = static_cast<std::int64_t>(element_count(std::span(out.dims).subspan(axis + 1)) * static_cast<std::uint64_t>(bits(out.type)) / 8);
    out.dims.insert(out.dims.begin(), parts);
    out.bytes.resize(static_cast<std::size_t>(parts * outer * (size + context) * inner));
    for (std::int64_t part = 0; part < parts; ++part)
        for (std::int64_t k = 0; k < outer; ++k) {
            const std::int64_t from = part * size - context, missing = std::max<std::int64_t>(0, -from), wanted = size + context - missing;
            const auto* source = own.bytes.data() + (k * own.dims[axis] + from + missing) * inner;
            auto* target = out.bytes.data() + (((part * outer + k) * (size + context)) + missing) * inner;
            std::copy_n(source, wanted * inner, target);
        }
    return out;
}

void Framing::apply(std::map<std::string, Tensor>& inputs, const std::vector<InputSpec>& specs, const std::string& name) const {
    fill(inputs, specs);
    for (const InputSpec& spec : specs) {
        const auto given = inputs.find(spec.name);
        if (given == inputs.end()) continue;
        if (const auto plan = plans_.find(spec.name); plan != plans_.end())
            given->second = framed(given->second, plan->second, spec, name);
        else if (auto& dims = given->second.dims; spec.type.has_shape && !dims.empty() && dims[0] == 1 && ends_alike(dims, 1, spec.type.dims, 0))
            dims.erase(dims.begin());  // the model has no axis that counts samples
    }
    for (const std::string& input : carry_.framed)
        if (inputs.at(input).dims[0] != inputs.at(carry_.framed.front()).dims[0])
            throw Error(ErrorKind::bad_data,
                        fmt::format("sample {} has {} parts of '{}' and {} of '{}'", name, inputs.at(carry_.framed.front()).dims[0], carry_.framed.front(),
                                    inputs.at(input).dims[0], input),
                        {.tensor = input});
}

}  // namespace vernier
