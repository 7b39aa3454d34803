// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/calibration/table.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/error.h"

namespace vernier {
namespace {

constexpr std::string_view kDraw = "draw";  ///< in Calibration::options: no range method's option, so no recipe can hold it
constexpr double kWider = 0.02, kPiledUp = 0.005;

/// From 0 up to 1, by what was seen and the draw alone (splitmix64), so that a trial can be repeated.
double chance(const Observed& observed, std::uint64_t draw) {
    std::uint64_t z = (std::uint64_t{std::bit_cast<std::uint32_t>(observed.min)} << 32 | std::bit_cast<std::uint32_t>(observed.max)) ^ observed.count;
    z += draw * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return double((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/// Which draw; 0 = the ranges as they are.
std::uint64_t draw_of(const Calibration& calibration) {
    const auto found = calibration.options.find(kDraw);
    return found == calibration.options.end() ? 0 : static_cast<std::uint64_t>(found->second);
}

Range widened(Range range, const Observed& observed, std::uint64_t draw) {
    const auto further = [&](float end, bool upper) {
        const bool bound = piles_up(observed, upper) && end == (upper ? seen_range(observed).hi : seen_range(observed).lo);
        return bound ? end : static_cast<float>(double(end) * (1 + kWider * chance(observed, 2 * draw + (upper ? 1 : 0))));
    };
    return draw == 0 ? range : Range{further(range.lo, false), further(range.hi, true)};
}

}  // namespace

extern const RangeMethod kMinMaxRanges, kPercentileRanges, kMseRanges, kMiddleRanges, kEntropyRanges, kAutomaticRanges;

std::span<const RangeMethod> range_methods() {
    static const std::vector<RangeMethod> rows = {
        kAutomaticRanges, kMinMaxRanges, kPercentileRanges, kMseRanges, kMiddleRanges, kEntropyRanges,
    };
    return rows;
}

std::string default_ranges() { return std::string(range_methods().front().id); }

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

Calibration widened(Calibration calibration, int draw) {
    if (draw > 0) calibration.options[std::string(kDraw)] = draw;
    return calibration;
}

bool piles_up(const Observed& observed, bool upper) {
    const std::size_t half = observed.bins.size() / 2;
    for (std::size_t i = half; i-- > 0;)
        if (const auto count = observed.bins[upper ? half + i : half - 1 - i]; count > 0) return double(count) > kPiledUp * double(observed.count);
    return false;
}

Range seen_range(const Observed& observed) { return {std::min(observed.min, 0.f), std::max(observed.max, 0.f)}; }

Range range_of(const RangeInput& input, const Calibration& calibration) {
    const RangeMethod* method = find_range_method(calibration.method);
    if (method == nullptr) throw Error(ErrorKind::internal, "unknown calibration method \"" + calibration.method + "\"");
    const Range seen = seen_range(input.observed);
    if (input.observed.count == 0 || input.observed.bins.empty()) return seen;
    Range range = input.last ? seen : method->range(input, calibration);
    range.lo = piles_up(input.observed, false) ? seen.lo : std::clamp(range.lo, seen.lo, 0.f);
    range.hi = piles_up(input.observed, true) ? seen.hi : std::clamp(range.hi, 0.f, seen.hi);
    return widened(range, input.observed, draw_of(calibration));
}

}  // namespace vernier
