// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/measure/metrics.h"

namespace vernier {
namespace {

template <class T>
std::vector<std::int64_t> whole_as(const Tensor& output) {
    const auto values = output.as<T>();
    return {values.begin(), values.end()};
}

std::vector<std::int64_t> whole_of(const Tensor& output) {
    switch (output.type) {
        case ElementType::boolean:
        case ElementType::uint8: return whole_as<std::uint8_t>(output);
        case ElementType::int8: return whole_as<std::int8_t>(output);
        case ElementType::uint16: return whole_as<std::uint16_t>(output);
        case ElementType::int16: return whole_as<std::int16_t>(output);
        case ElementType::uint32: return whole_as<std::uint32_t>(output);
        case ElementType::int32: return whole_as<std::int32_t>(output);
        case ElementType::uint64:
        case ElementType::int64: return whole_as<std::int64_t>(output);
        default: return {};
    }
}

/// Where the i-th sample of a run lies: its rows where the first axis counts the samples; else all of it, for the first one.
std::pair<std::size_t, std::size_t> part(const OutputValues& values, std::size_t i, std::uint64_t batch) {
    const bool rows = !values.dims.empty() && values.dims[0] > 0 && static_cast<std::uint64_t>(values.dims[0]) % batch == 0;
    if (!rows) return {0, i == 0 ? values.size() : 0};
    const std::size_t each = values.size() / batch;
    return {i * each, each};
}

/// Those of so many of its values: with fewer rows where the first axis counts the samples.
std::vector<std::int64_t> dims_of_sample(const OutputValues& values, std::size_t count) {
    std::vector<std::int64_t> dims = values.dims;
    if (!dims.empty() && values.size() > 0) dims[0] = dims[0] * static_cast<std::int64_t>(count) / static_cast<std::int64_t>(values.size());
    return dims;
}

std::vector<double> as_numbers(const OutputValues& values, std::size_t from, std::size_t count) {
    const auto at = static_cast<std::ptrdiff_t>(from), end = static_cast<std::ptrdiff_t>(from + count);
    if (values.floating()) return {values.numbers.begin() + at, values.numbers.begin() + end};
    return {values.whole.begin() + at, values.whole.begin() + end};
}

}  // namespace

bool is_floating(ElementType type) {
    switch (type) {
        case ElementType::float32:
        case ElementType::float16:
        case ElementType::bfloat16:
        case ElementType::float64:
        case ElementType::float8e4m3fn:
        case ElementType::float8e4m3fnuz:
        case ElementType::float8e5m2:
        case ElementType::float8e5m2fnuz:
        case ElementType::float4e2m1: return true;
        default: return false;
    }
}

bool is_integer_or_bool(ElementType type) {
    switch (type) {
        case ElementType::boolean:
        case ElementType::uint8:
        case ElementType::int8:
        case ElementType::uint16:
        case ElementType::int16:
        case ElementType::uint32:
        case ElementType::int32:
        case ElementType::uint64:
        case ElementType::int64: return true;
        default: return false;
    }
}

OutputValues values_of(const Tensor& output) {
    OutputValues values{output.type, output.dims, {}, whole_of(output)};
    if (!values.floating()) return values;
    if (output.type == ElementType::float64) {
        const auto numbers = output.as<double>();
        values.numbers.assign(numbers.begin(), numbers.end());
    } else {
        const std::vector<float> numbers = scores_of(output);
        values.numbers.assign(numbers.begin(), numbers.end());
    }
    return values;
}

void OutputTally::look(const OutputValues& own, std::size_t from, std::size_t count) {
    figures_.type = own.type;
    ++figures_.samples;
    if (!own.floating()) return;
    const auto values = std::span(own.numbers).subspan(from, count);
    figures_.nan += std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }) ? 1U : 0U;
    figures_.infinite += std::any_of(values.begin(), values.end(), [](double value) { return std::isinf(value); }) ? 1U : 0U;
}

void OutputTally::add(const OutputValues& own, std::size_t i, std::uint64_t batch) {
    const auto [from, count] = part(own, i, batch);
    if (i == 0 || count > 0) look(own, from, count);
}

bool OutputTally::add(const OutputValues& reference, const OutputValues& own, std::size_t i, std::uint64_t batch) {
    against_ = true;
    for (const OutputSums& each : sums_) figures_.sums[std::string(each.id)].emplace_back();  // one a sample, whatever it says
    const auto [from, count] = part(own, i, batch);
    const auto [reference_from, reference_count] = part(reference, i, batch);
    if (i > 0 && count == 0 && reference_count == 0) return true;
    look(own, from, count);
    if (own.dims.size() != reference.dims.size()) {
        figures_.problem = fmt::format("rank {} instead of {}", own.dims.size(), reference.dims.size());
        return false;
    }
    if (own.dims != reference.dims) {
        ++figures_.other_shape;
        return own.floating() && reference.floating();
    }
    if (own.floating() || reference.floating()) {
        const std::vector<double> before = as_numbers(reference, reference_from, count), after = as_numbers(own, from, count);
        add_rows(before, after, dims_of_sample(reference, count));
        add_numbers(before, after);
        return true;
    }
    std::uint64_t same = 0;
    for (std::size_t k = 0; k < count; ++k) same += own.whole[from + k] == reference.whole[reference_from + k] ? 1U : 0U;
    equal_ += same;
    whole_ += count;
    return same == count;
}

void OutputTally::add_rows(const std::vector<double>& before, const std::vector<double>& after, const std::vector<std::int64_t>& dims) {
    std::erase_if(sums_, [&](const OutputSums& each) {
        if (each.of_rows == nullptr) return false;
        const auto sums = each.of_rows(before, after, dims);
        if (sums) figures_.sums[std::string(each.id)].back() = *sums;
        if (!sums) figures_.sums.erase(std::string(each.id));
        return !sums;
    });
}

/// What the first model does not give as a number is no measure for others; its NaN are counted where they are its own.
void OutputTally::add_numbers(const std::vector<double>& before, const std::vector<double>& after) {
    std::vector<double> reference, own;
    bool lost = false;
    for (std::size_t k = 0; k < before.size(); ++k) {
        if (!std::isfinite(before[k])) continue;
        reference.push_back(before[k]);
        own.push_back(after[k]);
        lost = lost || !std::isfinite(after[k]);
    }
    figures_.lost += lost ? 1U : 0U;
    if (reference.empty()) return;
    for (const OutputSums& each : sums_)
        if (each.of_sample != nullptr) figures_.sums[std::string(each.id)].back() = {each.of_sample(reference, own), reference.size()};
}

OutputFigures OutputTally::figures() const {
    OutputFigures out = figures_;
    std::erase_if(out.sums, [](const auto& each) {
        return std::none_of(each.second.begin(), each.second.end(), [](const SampleSums& sample) { return sample.values > 0; });
    });
    if (!against_ || !out.problem.empty()) return out;
    if (whole_ > 0) out.equal = 100.0 * static_cast<double>(equal_) / static_cast<double>(whole_);
    return out;
}

}  // namespace vernier
