// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/table.h"

#include <algorithm>

#include "core/base/error.h"

namespace vernier {

extern const RangeMethod kMinMaxRanges, kPercentileRanges, kMseRanges, kMiddleRanges, kAutomaticRanges;

std::span<const RangeMethod> range_methods() {
    static const std::vector<RangeMethod> rows = {
        kMinMaxRanges, kPercentileRanges, kMseRanges, kMiddleRanges, kAutomaticRanges,
    };
    return rows;
}

const RangeMethod* find_range_method(std::string_view id) {
    const auto rows = range_methods();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const RangeMethod& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> range_method_ids() {
    std::vector<std::string> ids;
    for (const RangeMethod& row : range_methods()) ids.emplace_back(row.id);
    return ids;
}

double option_value(const Calibration& calibration, const RangeOption& option) {
    const auto found = calibration.options.find(option.name);
    return found == calibration.options.end() ? option.standard : found->second;
}

Calibration settled(Calibration calibration) {
    const RangeMethod* method = find_range_method(calibration.method);
    if (method == nullptr || !method->tries_others) return calibration;
    calibration.method = "mse";
    calibration.options = {{"clipping", 4}};
    return calibration;
}

Range seen_range(const Observed& observed) { return {std::min(observed.min, 0.f), std::max(observed.max, 0.f)}; }

Range range_of(const RangeInput& input, const Calibration& calibration) {
    const RangeMethod* method = find_range_method(calibration.method);
    if (method == nullptr) throw Error(ErrorKind::internal, "unknown calibration method \"" + calibration.method + "\"");
    const Range seen = seen_range(input.observed);
    if (input.observed.count == 0 || input.observed.bins.empty()) return seen;
    const Range range = method->range(input, calibration);
    return {std::clamp(range.lo, seen.lo, 0.f), std::clamp(range.hi, 0.f, seen.hi)};
}

}  // namespace vernier
