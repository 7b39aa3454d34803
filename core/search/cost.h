// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
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

/// How the times of units and conversions become the time of a file; fitted to files that were measured.
class TimeModel {
public:
    TimeModel() = default;
    /// base_ms: of what no unit holds.
    explicit TimeModel(double base_ms) : base_(base_ms) {}

    [[nodiscard]] double predicted(const TimeParts& parts) const { return base_ + units_ * parts.units + conversions_ * parts.conversions; }
    void measured(const TimeParts& parts, double ms);
    /// The graph with the factors put in.
    [[nodiscard]] SearchGraph corrected(SearchGraph graph) const;

private:
    struct Seen {
        TimeParts parts;
        double ms = 0;
    };
    double base_ = 0, units_ = 1, conversions_ = 1;
    std::vector<Seen> seen_;
};

}  // namespace vernier
