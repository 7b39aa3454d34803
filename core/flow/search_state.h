// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/search/cost.h"
#include "core/search/search.h"

namespace vernier {

[[nodiscard]] Json to_json(const Validation& validation);
/// Throws what the JSON library throws.
[[nodiscard]] Validation validation_from_json(const Json& json);

/// What was timed before a search begins.
struct SearchTimes {
    double fp32_ms = 0, base_ms = 0;             ///< of the opened file; of what no region holds
    std::vector<double> float_ms, quantized_ms;  ///< by region
    ConversionCost conversions;
    std::vector<TimeSeen> mixes = {};  ///< all quantized, and sets with many borders
};

/// The error of a set, measured in memory.
struct SetError {
    double error = 0;
    Interval interval = {};  ///< 95 %, over samples
    bool operator==(const SetError&) const = default;
};

/// What a search has measured, in a file, so that it goes on after a stop and ends the same. It is used only for the same inputs.
class SearchState {
public:
    /// key: equal for searches whose measurements stand for each other. A file of another key, or one that cannot be read, is begun anew.
    SearchState(std::filesystem::path file, std::string key);

    [[nodiscard]] std::optional<SearchTimes> times() const;
    void keep(const SearchTimes& times);
    enum class On { selection, report };
    [[nodiscard]] std::optional<Validation> validation(const UnitSet& set, On samples) const;
    void keep(const UnitSet& set, On samples, const Validation& validation);
    [[nodiscard]] std::optional<SetError> error(const UnitSet& set) const;
    void keep_error(const UnitSet& set, const SetError& error);
    /// Nodes that the runtime runs in float although they were quantized.
    [[nodiscard]] std::optional<std::vector<NodeId>> unexecuted() const;
    void keep_unexecuted(const std::vector<NodeId>& nodes);
    /// Seconds of all starts before this one.
    [[nodiscard]] double seconds_before() const { return seconds_before_; }
    /// seconds: of this start so far.
    void keep_seconds(double seconds);

private:
    void write() const;

    std::filesystem::path file_;
    Json state_;
    double seconds_before_ = 0;
};

}  // namespace vernier
