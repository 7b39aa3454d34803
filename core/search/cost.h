// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/layers/times.h"
#include "core/model/model.h"
#include "core/quant/regions.h"
#include "core/search/front.h"

namespace vernier {

/// A float tensor between regions, or between one and what always stays in float.
struct RegionBoundary {
    ValueId value = kNone;
    int producer = kOutside;          ///< Region::id
    std::vector<int> consumers = {};  ///< each once
    double values = 0;                ///< elements of one run; 1 where its size is not known
};

/// Tensors that some choice of regions converts.
[[nodiscard]] std::vector<RegionBoundary> boundaries_of(const Model& model, const Regions& regions);

/// What converting a tensor takes: for each call, and for each value. The standard ones are those of a small server core; what is seen in
/// a file's profile counts more the more values it converted.
struct ConversionCost {
    double call_ms = 0.0015;
    double quantize_ms = 0.4e-6, dequantize_ms = 0.3e-6;  ///< a value
    bool operator==(const ConversionCost&) const = default;
};

/// From the profile of a file in which these regions are quantized.
[[nodiscard]] ConversionCost fitted(const std::vector<RegionBoundary>& boundaries, const UnitSet& quantized, const FileTimes& file);

/// What was seen of a region, and what the user chose for it.
struct RegionEvidence {
    double float_ms = 0;      ///< in the opened file
    double quantized_ms = 0;  ///< in the file with all regions quantized, without QuantizeLinear and DequantizeLinear
    double error = 0;         ///< of the outputs, with only this region quantized
    SearchUnit::Pin pin = SearchUnit::Pin::none;
};

/// The graph that the front is made of. Methods whose nodes convert by themselves (all but static INT8) have no boundaries.
[[nodiscard]] SearchGraph search_graph(const Regions& regions, const std::vector<RegionEvidence>& evidence, const std::vector<RegionBoundary>& boundaries,
                                       const ConversionCost& cost);

/// How sums of errors alone become the error of a set: anchored at what was measured with all quantized,
///   E = S + (E_all - S_all) (S / S_all)^2,
/// which never falls with S; and corrected by the ratio that measured sets near it had.
class ErrorModel {
public:
    ErrorModel() = default;
    /// all: measured with every unit quantized that can be; sum: of what these add alone.
    ErrorModel(double all, double sum) : all_(all), sum_(sum) {}

    [[nodiscard]] double predicted(double sum) const { return anchored(sum) * correction(sum); }
    /// The largest sum whose error is predicted to stay within a limit.
    [[nodiscard]] double budget(double error) const;
    void measured(double sum, double error);

private:
    [[nodiscard]] double anchored(double sum) const;
    [[nodiscard]] double correction(double sum) const;

    struct Seen {
        double sum = 0, ratio = 1;
    };
    double all_ = 0, sum_ = 0;
    std::vector<Seen> seen_;
};

/// A choice whose time was measured.
struct TimeSeen {
    UnitSet quantized;
    double ms = 0;
    std::vector<double> units_ms = {};  ///< by unit: of its own nodes, without conversions; empty: not known
    bool operator==(const TimeSeen&) const = default;
};

/// How the times of units and conversions become the time of a file; fitted to files that were measured: what units took in these, what
/// was left for conversions, and what remains unexplained in sets that are nearly the same.
class TimeModel {
public:
    TimeModel() = default;
    /// base_ms: of what no unit holds.
    TimeModel(SearchGraph graph, double base_ms) : graph_(std::move(graph)), fitted_(graph_), base_(base_ms) {}

    [[nodiscard]] double predicted(const UnitSet& quantized) const;
    void measured(TimeSeen seen);
    /// With what was learned of units and conversions.
    [[nodiscard]] const SearchGraph& graph() const { return fitted_; }

private:
    void fit_units();
    void fit_factors();
    [[nodiscard]] double explained(const UnitSet& quantized) const { return base_ + time_of(fitted_, quantized); }
    [[nodiscard]] double likeness(const UnitSet& a, const UnitSet& b) const;

    SearchGraph graph_, fitted_;
    double base_ = 0;
    std::vector<TimeSeen> seen_;
};

}  // namespace vernier
