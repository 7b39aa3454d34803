// SPDX-License-Identifier: GPL-3.0-or-later
// What a search found, looked at afterwards.
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/measure/statistics.h"
#include "core/search/search.h"

namespace vernier {

std::string_view name(SearchEnd end) {
    switch (end) {
        case SearchEnd::found: return "found";
        case SearchEnd::none: return "none";
        case SearchEnd::undecided: return "undecided";
    }
    return "";
}

std::optional<std::size_t> nearest_of(const SearchResult& result) {
    std::optional<std::size_t> best;
    const auto room = [&](std::size_t index) {
        const SearchPoint& each = result.front[index];
        const Validation& seen = each.reported ? *each.reported : *each.measured;
        return std::pair(seen.room.value_or(0), -seen.error.value_or(each.predicted_error));
    };
    for (std::size_t i = 0; i < result.front.size(); ++i) {
        if (!result.front[i].measured || !runs(*result.front[i].measured)) continue;
        if (!best || room(i) > room(*best)) best = i;
    }
    return best;
}

PredictionQuality prediction_of(const SearchResult& result) {
    std::vector<double> times, errors;
    for (const SearchPoint& point : result.front) {
        if (!point.measured || !runs(*point.measured)) continue;
        if (point.predicted_ms > 0) times.push_back(std::abs(point.measured->ms / point.predicted_ms - 1));
        if (const auto error = point.measured->error; error && *error > 0 && point.predicted_error > 0)
            errors.push_back(std::abs(std::log(*error / point.predicted_error)));
    }
    return {times.size(), times.empty() ? 0 : median(times), errors.empty() ? 1 : std::exp(median(errors))};
}

SearchResult stopped_by_time(SearchResult result) {
    result.out_of_time = true;
    if (result.chosen) return result;
    result.end = SearchEnd::undecided;
    result.nearest = nearest_of(result);
    result.why = kTimeIsUp;
    return result;
}

}  // namespace vernier
