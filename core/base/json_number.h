// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/base/json.h"

namespace vernier {

/// A number as JSON without loss: JSON has no NaN and no infinity, so these become the texts "nan", "inf" and "-inf".
[[nodiscard]] inline Json number_json(double value) {
    if (std::isfinite(value)) return value;
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

[[nodiscard]] inline Json number_json(const std::optional<double>& value) { return value ? number_json(*value) : Json(nullptr); }

/// The way back. null is NaN, as which the JSON library used to write it. Throws what the library throws for anything else.
[[nodiscard]] inline double number_from(const Json& json) {
    if (json.is_null() || json == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (json == "inf" || json == "-inf") return json == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    return json.get<double>();
}

/// The same for a list of numbers, both ways.
[[nodiscard]] inline Json numbers_json(const std::vector<double>& values) {
    Json json = Json::array();
    for (const double value : values) json.push_back(number_json(value));
    return json;
}

[[nodiscard]] inline std::vector<double> numbers_from(const Json& json) {
    std::vector<double> values;
    for (const Json& value : json) values.push_back(number_from(value));
    return values;
}

/// Nothing where the key is missing or null.
[[nodiscard]] inline std::optional<double> optional_number(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::nullopt;
    return number_from(*found);
}

}  // namespace vernier
