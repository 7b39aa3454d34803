// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/cast.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

bool can_write(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64 ||
           (is_integer_or_bool(type) && type != ElementType::boolean);
}

template <class T, class From>
void write_as(Tensor& out, const std::vector<From>& values) {
    out.bytes.resize(values.size() * sizeof(T));
    const auto target = out.as<T>();
    for (std::size_t i = 0; i < values.size(); ++i) target[i] = static_cast<T>(values[i]);
}

template <class T>
void write_whole(Tensor& out, const std::vector<std::int64_t>& values, const std::string& input) {
    for (const std::int64_t value : values)
        if constexpr (sizeof(T) < sizeof(std::int64_t))
            if (value < static_cast<std::int64_t>(std::numeric_limits<T>::min()) || value > static_cast<std::int64_t>(std::numeric_limits<T>::max()))
                throw Error(ErrorKind::bad_data, std::to_string(value) + " does not fit into " + std::string(name(out.type)), {.tensor = input});
    write_as<T>(out, values);
}

Tensor cast(const Tensor& from, ElementType type, const std::string& input) {
    const OutputValues values = values_of(from);
    Tensor out{type, from.dims, {}};
    switch (type) {
        case ElementType::float32: write_as<float>(out, values.numbers); break;
        case ElementType::float64: write_as<double>(out, values.numbers); break;
        case ElementType::float16: {
            std::vector<std::uint16_t> halves;
            halves.reserve(values.numbers.size());
            for (const double value : values.numbers) halves.push_back(float_to_half(static_cast<float>(value)));
            write_as<std::uint16_t>(out, halves);
            break;
        }
        case ElementType::uint8: write_whole<std::uint8_t>(out, values.whole, input); break;
        case ElementType::int8: write_whole<std::int8_t>(out, values.whole, input); break;
        case ElementType::uint16: write_whole<std::uint16_t>(out, values.whole, input); break;
        case ElementType::int16: write_whole<std::int16_t>(out, values.whole, input); break;
        case ElementType::uint32: write_whole<std::uint32_t>(out, values.whole, input); break;
        case ElementType::int32: write_whole<std::int32_t>(out, values.whole, input); break;
        case ElementType::uint64: write_whole<std::uint64_t>(out, values.whole, input); break;
        default: write_whole<std::int64_t>(out, values.whole, input); break;
    }
    return out;
}

}  // namespace

bool can_cast(ElementType from, ElementType to) {
    if (from == to) return true;
    return can_write(to) && ((is_floating(from) && is_floating(to)) || (is_integer_or_bool(from) && is_integer_or_bool(to)));
}

std::map<std::string, Tensor> fitted(const std::vector<Port>& ports, const std::map<std::string, Tensor>& inputs) {
    std::map<std::string, Tensor> out;
    for (const Port& port : ports) {
        const auto given = inputs.find(port.name);
        if (given == inputs.end()) continue;
        const bool other = given->second.type != port.type.element && can_cast(given->second.type, port.type.element);
        out.emplace(port.name, other ? cast(given->second, port.type.element, port.name) : given->second);
    }
    return out;
}

}  // namespace vernier
