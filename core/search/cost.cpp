// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/cost.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace vernier {
namespace {

constexpr double kPriorValues = 20000;                          ///< what a profile must convert to count as much as the standard cost
constexpr double kStiffUnits = 0.1, kStiffConversions = 0.002;  ///< what holds the factors of times at 1
constexpr double kNear = 0.15;                                  ///< share of the float file's time in which sets differ that still tell much of each other
constexpr double kUnlike = 0.25;                                ///< what a set says of which nothing like it was measured: that all is explained
constexpr double kSolid = 1e-12;

int region_of(const Regions& regions, NodeId node) {
    return node == kNone || static_cast<std::size_t>(node) >= regions.of_node.size() ? kOutside
                                                                                     : std::max(kOutside, regions.of_node[static_cast<std::size_t>(node)]);
}

/// It only asks for a tensor's shape, which costs no conversion.
bool only_asks(const Node& node) { return node.op_type == "Shape" || node.op_type == "Size"; }

double elements_of(const Value& value) {
    double count = 1;
    if (value.size) {
        for (const std::int64_t axis : *value.size) count *= static_cast<double>(std::max<std::int64_t>(1, axis));
        return count;
    }
    return static_cast<double>(std::max<std::uint64_t>(1, value.type.count().value_or(1)));
}

/// How often the tensors of a choice are converted, and of how many values.
struct Converted {
    double calls = 0, values = 0;
};

Converted converted(const std::vector<RegionBoundary>& boundaries, const UnitSet& quantized, bool to_codes) {
    const auto is_quantized = [&](int region) { return region != kOutside && quantized[static_cast<std::size_t>(region)]; };
    Converted sum;
    for (const RegionBoundary& boundary : boundaries) {
        const bool from = is_quantized(boundary.producer);
        if (from == to_codes) continue;
        if (std::none_of(boundary.consumers.begin(), boundary.consumers.end(), [&](int region) { return is_quantized(region) != from; })) continue;
        sum.calls += 1;
        sum.values += boundary.values;
    }
    return sum;
}

double ms_of(const FileTimes& file, const char* op) {
    double ms = 0;
    for (const TimedKernel& kernel : file.kernels) ms += kernel.op == op ? kernel.ms : 0;
    return ms;
}

/// Milliseconds a value, drawn to the standard one where little was converted.
double rate(double ms, const Converted& seen, double call_ms, double standard) {
    return (std::max(0.0, ms - seen.calls * call_ms) + standard * kPriorValues) / (seen.values + kPriorValues);
}

}  // namespace

std::vector<RegionBoundary> boundaries_of(const Model& model, const Regions& regions) {
    std::vector<RegionBoundary> boundaries;
    for (const Value& value : model.values()) {
        const bool is_float = value.type.element == ElementType::float32 || value.type.element == ElementType::undefined;
        if (value.is_constant() || !is_float || (value.producer == kNone && !value.graph_input)) continue;
        RegionBoundary boundary{value.id, region_of(regions, value.producer), {}, elements_of(value)};
        std::set<int> consumers;
        for (const NodeId node : value.consumers)
            if (!only_asks(model.node(node))) consumers.insert(region_of(regions, node));
        if (value.graph_output) consumers.insert(kOutside);
        consumers.erase(boundary.producer);
        if (consumers.empty()) continue;
        boundary.consumers.assign(consumers.begin(), consumers.end());
        boundaries.push_back(std::move(boundary));
    }
    return boundaries;
}

ConversionCost fitted(const std::vector<RegionBoundary>& boundaries, const UnitSet& quantized, const FileTimes& file) {
    ConversionCost cost;
    cost.quantize_ms = rate(ms_of(file, "QuantizeLinear"), converted(boundaries, quantized, true), cost.call_ms, cost.quantize_ms);
    cost.dequantize_ms = rate(ms_of(file, "DequantizeLinear"), converted(boundaries, quantized, false), cost.call_ms, cost.dequantize_ms);
    return cost;
}

SearchGraph search_graph(const Regions& regions, const std::vector<RegionEvidence>& evidence, const std::vector<RegionBoundary>& boundaries,
                         const ConversionCost& cost) {
    SearchGraph graph;
    for (const RegionEvidence& region : evidence) graph.units.push_back({region.float_ms, region.quantized_ms, region.error, region.pin});
    for (const RegionBoundary& boundary : boundaries)
        graph.boundaries.push_back(
            {boundary.producer, boundary.consumers, cost.call_ms + boundary.values * cost.quantize_ms, cost.call_ms + boundary.values * cost.dequantize_ms});
    for (const Region& region : regions.list)
        for (const int other : region.tied) graph.needs.emplace_back(region.id, other);
    return graph;
}

double ErrorModel::anchored(double sum) const {
    if (!(sum_ > 0) || !(all_ > 0)) return sum;
    const double share = sum / sum_, bend = all_ / sum_ - 1;
    // Below half of the sum the curve would fall at its end: it stays where it is highest.
    const double highest = bend < -0.5 ? -0.5 / bend : share;
    const double at = std::min(share, highest);
    return sum_ * (at + bend * at * at);
}

/// That of the measured set whose sum is nearest, in the logarithm.
double ErrorModel::correction(double sum) const {
    double nearest = 0, ratio = 1;
    bool known = false;
    for (const Seen& seen : seen_) {
        const double distance = std::abs(std::log(std::max(kSolid, seen.sum) / std::max(kSolid, sum)));
        if (known && distance >= nearest) continue;
        known = true;
        nearest = distance;
        ratio = seen.ratio;
    }
    return ratio;
}

void ErrorModel::measured(double sum, double error) {
    const double expected = anchored(sum);
    if (!(expected > 0) || !(error > 0) || !std::isfinite(error)) return;
    seen_.push_back({sum, error / expected});
}

double ErrorModel::budget(double error) const {
    if (!(sum_ > 0)) return error;
    double below = 0, above = sum_;
    if (predicted(above) <= error) return above;
    for (int step = 0; step < 60; ++step) {
        const double middle = (below + above) / 2;
        (predicted(middle) <= error ? below : above) = middle;
    }
    return below;
}

/// The mean of what each unit took in all files in which it had this method; the first profiles count as one of them.
void TimeModel::fit_units() {
    fitted_ = graph_;
    for (std::size_t i = 0; i < graph_.units.size(); ++i) {
        double in_float = graph_.units[i].float_ms, quantized = graph_.units[i].quantized_ms;
        double floats = 1, codes = 1;
        for (const TimeSeen& seen : seen_) {
            if (i >= seen.units_ms.size() || !(seen.units_ms[i] > 0) || !std::isfinite(seen.units_ms[i])) continue;
            (seen.quantized[i] ? quantized : in_float) += seen.units_ms[i];
            (seen.quantized[i] ? codes : floats) += 1;
        }
        fitted_.units[i].float_ms = in_float / floats;
        fitted_.units[i].quantized_ms = quantized / codes;
    }
}

/// Least squares of relative errors, with the factors of units and conversions held at 1 as far as little speaks against it. Where the
/// units of a file were profiled, what they leave is that of its conversions.
void TimeModel::fit_factors() {
    double uu = kStiffUnits, cc = kStiffConversions, uc = 0, ur = 0, cr = 0;
    for (const TimeSeen& seen : seen_) {
        const TimeParts parts = time_parts(fitted_, seen.quantized);
        const bool profiled = !seen.units_ms.empty();
        const double units = profiled ? std::accumulate(seen.units_ms.begin(), seen.units_ms.end(), 0.0) : parts.units;
        const double u = profiled ? 0 : units / seen.ms, c = parts.conversions / seen.ms;
        const double rest = (seen.ms - base_ - units - parts.conversions) / seen.ms;
        uu += u * u;
        cc += c * c;
        uc += u * c;
        ur += u * rest;
        cr += c * rest;
    }
    const double determinant = uu * cc - uc * uc;
    if (!(determinant > kSolid)) return;
    const double units = std::clamp(1 + (ur * cc - cr * uc) / determinant, 0.25, 4.0);
    const double conversions = std::clamp(1 + (cr * uu - ur * uc) / determinant, 0.1, 10.0);
    for (SearchUnit& unit : fitted_.units) {
        unit.float_ms *= units;
        unit.quantized_ms *= units;
    }
    for (SearchBoundary& boundary : fitted_.boundaries) {
        boundary.quantize_ms *= conversions;
        boundary.dequantize_ms *= conversions;
    }
}

void TimeModel::measured(TimeSeen seen) {
    if (!(seen.ms > 0) || !std::isfinite(seen.ms) || seen.quantized.size() != graph_.units.size()) return;
    seen_.push_back(std::move(seen));
    fit_units();
    fit_factors();
}

/// 1 for the same set; falls with the share of the float file's time in which two sets differ.
double TimeModel::likeness(const UnitSet& a, const UnitSet& b) const {
    double all = 0, other = 0;
    for (std::size_t i = 0; i < graph_.units.size(); ++i) {
        const double ms = std::max(0.0, graph_.units[i].float_ms);
        all += ms;
        other += a[i] != b[i] ? ms : 0;
    }
    return all > 0 ? std::exp(-other / all / kNear) : 1;
}

double TimeModel::predicted(const UnitSet& quantized) const {
    double sum = 0, weight = kUnlike;
    for (const TimeSeen& seen : seen_) {
        const double like = likeness(seen.quantized, quantized);
        const double expected = explained(seen.quantized);
        if (!(expected > 0)) continue;
        sum += like * std::log(seen.ms / expected);
        weight += like;
    }
    return explained(quantized) * std::exp(sum / weight);
}

}  // namespace vernier
