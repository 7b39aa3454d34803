// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/output_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kEqualDb = 200;  ///< stands for no error at all

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::float64 || type == ElementType::bfloat16;
}

std::size_t width_of(const Tensor& tensor) { return static_cast<std::size_t>(std::max(bits(tensor.type) / 8, 1)); }

bool is_zero(const std::byte* at, std::size_t width) {
    return std::all_of(at, at + width, [](std::byte byte) { return byte == std::byte{0}; });
}

void put(Json& json, const char* key, const std::optional<double>& value) { json[key] = value ? Json(*value) : Json(nullptr); }

}  // namespace

void OutputCheck::Sums::add(double reference, double other) {
    signal += reference * reference;
    error += (reference - other) * (reference - other);
}

std::optional<double> OutputCheck::Sums::sqnr_db() const {
    if (error == 0) return kEqualDb;
    if (signal == 0) return std::nullopt;
    return std::min(kEqualDb, 10 * std::log10(signal / error));
}

bool OutputCheck::same_shape(const Tensor& fp32, const Tensor& other) {
    if (fp32.type != other.type)
        set_problem(fmt::format("it has type {} instead of {}", vernier::name(other.type), vernier::name(fp32.type)));
    else if (fp32.dims.size() != other.dims.size())
        set_problem(fmt::format("it has {} axes instead of {}", other.dims.size(), fp32.dims.size()));
    else if (fp32.dims != other.dims && !free_shape_)
        set_problem(fmt::format("it has shape [{}] instead of [{}]", fmt::join(other.dims, ","), fmt::join(fp32.dims, ",")));
    return problem_.empty() && fp32.dims == other.dims;
}

void OutputCheck::add(const Tensor& fp32, const Tensor& all, const Tensor* off) {
    if (bits(fp32.type) == 0 || !problem_.empty()) return;
    ++samples_;
    if (!same_shape(fp32, all) || (off != nullptr && !same_shape(fp32, *off))) {
        other_shapes_ += problem_.empty() ? 1 : 0;
        return;
    }
    if (is_float(fp32.type))
        add_floats(fp32, all, off);
    else
        add_integers(fp32, all, off);
}

void OutputCheck::add_floats(const Tensor& fp32, const Tensor& all, const Tensor* off) {
    const std::vector<float> reference = to_floats(fp32), first = to_floats(all), second = off == nullptr ? std::vector<float>() : to_floats(*off);
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const double value = reference[i];
        if (!std::isfinite(value)) continue;
        ++values_;
        whole_ = whole_ && value == std::round(value);
        const bool equal = value == double(first[i]) && (second.empty() || value == double(second[i]));
        equal_ += equal ? 1 : 0;
        zeros_ += equal && value == 0 ? 1 : 0;
        if (!std::isfinite(first[i]) || (!second.empty() && !std::isfinite(second[i]))) {
            ++not_finite_;
            continue;
        }
        all_.add(value, first[i]);
        if (second.empty()) continue;
        off_.add(value, second[i]);
        levels_.add(first[i], second[i]);
    }
}

void OutputCheck::add_integers(const Tensor& fp32, const Tensor& all, const Tensor* off) {
    const std::size_t width = width_of(fp32);
    const std::size_t count = fp32.bytes.size() / width;
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* at = fp32.bytes.data() + i * width;
        const auto is_in = [&](const Tensor& other) { return std::memcmp(at, other.bytes.data() + i * width, width) == 0; };
        const bool equal = is_in(all) && (off == nullptr || is_in(*off));
        equal_ += equal ? 1 : 0;
        zeros_ += equal && is_zero(at, width) ? 1 : 0;
    }
    values_ += count;
}

void OutputCheck::add_half(const Tensor& fp32, const Tensor& half) {
    if (bits(fp32.type) == 0 || !problem_.empty() || !same_shape(fp32, half)) return;
    if (!is_float(fp32.type)) {
        const std::size_t width = width_of(fp32);
        half_values_ += fp32.bytes.size() / width;
        for (std::size_t at = 0; at + width <= fp32.bytes.size(); at += width) {
            if (std::memcmp(fp32.bytes.data() + at, half.bytes.data() + at, width) != 0) continue;
            ++half_equal_;
            half_zeros_ += is_zero(fp32.bytes.data() + at, width) ? 1 : 0;
        }
        return;
    }
    const std::vector<float> reference = to_floats(fp32), values = to_floats(half);
    for (std::size_t i = 0; i < reference.size(); ++i) {
        if (!std::isfinite(reference[i])) continue;
        ++half_values_;
        half_equal_ += reference[i] == values[i] ? 1 : 0;
        half_zeros_ += reference[i] == values[i] && reference[i] == 0 ? 1 : 0;
        if (std::isfinite(values[i]))
            half_.add(reference[i], values[i]);
        else
            ++half_not_finite_;
    }
}

std::optional<double> OutputCheck::cpu_sqnr_db() const {
    if (!is_float(type_) || values_ == 0) return std::nullopt;
    const auto first = all_.sqnr_db(), second = off_.sqnr_db();
    if (!first || !second) return std::nullopt;
    return std::min(*first, *second);
}

std::optional<double> OutputCheck::half_sqnr_db() const { return is_float(type_) && half_values_ > 0 ? half_.sqnr_db() : std::nullopt; }

std::optional<double> OutputCheck::sqnr_db() const {
    const auto cpu = cpu_sqnr_db();
    if (!cpu || half_values_ == 0) return cpu;
    const auto half = half_sqnr_db();
    return half ? std::optional(std::min(*cpu, *half)) : std::nullopt;
}

bool OutputCheck::is_half_worse() const {
    if (half_values_ == 0) return false;
    if (half_not_finite_ != not_finite_) return half_not_finite_ > not_finite_;
    const auto cpu = cpu_sqnr_db(), half = half_sqnr_db();
    if (cpu && half) return *half < *cpu;
    return values_ > 0 && half_equal().value_or(1) < static_cast<double>(equal_) / static_cast<double>(values_);
}

std::optional<double> OutputCheck::levels_db() const { return is_float(type_) && values_ > 0 ? levels_.sqnr_db() : std::nullopt; }

std::optional<double> OutputCheck::equal() const {
    if (values_ == 0 || (is_float(type_) && !whole_)) return std::nullopt;
    return std::min(static_cast<double>(equal_) / static_cast<double>(values_), half_equal().value_or(1));
}

std::optional<double> OutputCheck::equal_beside_zeros() const {
    if (values_ == 0 || (is_float(type_) && !whole_)) return std::nullopt;
    const auto share = [](std::uint64_t equal, std::uint64_t zeros, std::uint64_t values) {
        return values == zeros ? 1. : static_cast<double>(equal - zeros) / static_cast<double>(values - zeros);
    };
    return std::min(share(equal_, zeros_, values_), share(half_equal_, half_zeros_, half_values_));
}

std::optional<double> OutputCheck::half_equal() const {
    if (half_values_ == 0) return std::nullopt;
    return static_cast<double>(half_equal_) / static_cast<double>(half_values_);
}

Json OutputCheck::json() const {
    Json json = {{"name", name_}, {"type", vernier::name(type_)}, {"values", values_}, {"not_finite", not_finite()}, {"other_shape_samples", other_shapes_}};
    put(json, "sqnr_db", sqnr_db());
    put(json, "half_sqnr_db", half_sqnr_db());
    put(json, "levels_db", levels_db());
    put(json, "equal", equal());
    if (!problem_.empty()) json["problem"] = problem_;
    json["sums"] = {all_.signal, all_.error, off_.signal, off_.error, levels_.signal, levels_.error, half_.signal, half_.error};
    json["counts"] = {values_, equal_,      not_finite_, whole_ ? 1 : 0, static_cast<int>(type_), half_values_, half_equal_, half_not_finite_,
                      zeros_,  half_zeros_, samples_,    other_shapes_};
    return json;
}

OutputCheck OutputCheck::from_json(const Json& json) {
    const auto sums = json.at("sums").get<std::vector<double>>();
    const auto counts = json.at("counts").get<std::vector<std::uint64_t>>();
    OutputCheck check(json.at("name").get<std::string>(), static_cast<ElementType>(counts.at(4)));
    check.problem_ = json.value("problem", "");
    check.all_ = {sums.at(0), sums.at(1)};
    check.off_ = {sums.at(2), sums.at(3)};
    check.levels_ = {sums.at(4), sums.at(5)};
    check.half_ = {sums.at(6), sums.at(7)};
    check.values_ = counts.at(0);
    check.equal_ = counts.at(1);
    check.not_finite_ = counts.at(2);
    check.whole_ = counts.at(3) != 0;
    check.half_values_ = counts.at(5);
    check.half_equal_ = counts.at(6);
    check.half_not_finite_ = counts.at(7);
    check.zeros_ = counts.at(8);
    check.half_zeros_ = counts.at(9);
    check.samples_ = counts.at(10);
    check.other_shapes_ = counts.at(11);
    return check;
}

}  // namespace vernier
