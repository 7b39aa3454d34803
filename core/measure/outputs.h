// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/tensor.h"
#include "core/measure/interval.h"
#include "core/measure/sample_sums.h"

namespace vernier {

/// A metric of an output or of a model's answers, over all samples.
struct MetricValue {
    double value = 0;
    std::optional<Interval> interval = {};  ///< 95 %; nothing for a metric without one
    std::uint64_t n = 0;                    ///< samples that it stands on
    bool operator==(const MetricValue&) const = default;
};

/// One output of a model over all samples, held against the output of the same name of the first model of the call. Measuring counts and
/// sums; SQNR, cosine and other metrics are made of the sums by core/evidence/metrics.
struct OutputFigures {
    std::string name;
    ElementType type = ElementType::undefined;
    std::uint64_t samples = 0;              ///< samples whose values were looked at
    std::string problem;                    ///< why it could not be compared: "missing", "rank 1 instead of 2"; else empty
    std::optional<double> sqnr_db, cosine;  ///< floats; nothing for the first model
    Interval sqnr_interval;                 ///< 95 %, over samples; where sqnr_db is known
    std::optional<double> equal;            ///< integers and booleans: percent of equal values; nothing for the first model
    std::uint64_t nan = 0, infinite = 0;    ///< samples in which it holds a NaN, an infinity
    std::uint64_t lost = 0;                 ///< samples in which it is not finite where the first model is
    std::uint64_t other_shape = 0;          ///< samples in which its shape is not that of the first model

    [[nodiscard]] bool finite() const { return nan == 0 && infinite == 0; }
    std::map<std::string, MetricValue> metrics = {};           ///< those without a field above, by their ids
    std::map<std::string, std::vector<SampleSums>> sums = {};  ///< by OutputSums::id, one a sample; empty where nothing was compared

    bool operator==(const OutputFigures&) const = default;
};

/// Below this an output has little to do with the one that it stands for: the error is a tenth of the signal.
inline constexpr double kBrokenDb = 10;

/// True when the output is missing, of another rank, not finite where the first model's is, or has an SQNR below kBrokenDb.
[[nodiscard]] bool is_broken(const OutputFigures& output);

/// How far an output is from the first model's, for sorting: the SQNR in dB, for integers that of the share of equal values;
/// least for what is missing or lost.
[[nodiscard]] double closeness(const OutputFigures& output);

/// Sorts by closeness, the worst first; equal ones keep their order.
void worst_first(std::vector<OutputFigures>& outputs);

/// "SQNR 31.2 dB", "98.20 % equal", "missing", "NaN on 12 of 12 samples".
[[nodiscard]] std::string text_of(const OutputFigures& output);

/// {id: {"value", "interval", "n"}}.
[[nodiscard]] Json metrics_json(const std::map<std::string, MetricValue>& metrics);
[[nodiscard]] std::map<std::string, MetricValue> metrics_from_json(const Json& json);

/// {"distance": [[sum, sum, sum, sum, values], ...]}.
[[nodiscard]] Json sums_json(const std::map<std::string, std::vector<SampleSums>>& sums);
[[nodiscard]] std::map<std::string, std::vector<SampleSums>> sums_from_json(const Json& json);

/// with_samples: with the sums of each sample.
[[nodiscard]] Json to_json(const std::vector<OutputFigures>& outputs, bool with_samples = false);
[[nodiscard]] std::vector<OutputFigures> outputs_from_json(const Json& json);

}  // namespace vernier
