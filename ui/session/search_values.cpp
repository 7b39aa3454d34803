// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/search_values.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace vernier::ui {

namespace {

std::optional<double> number(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number() || !std::isfinite(found->get<double>())) {
        return std::nullopt;
    }
    return found->get<double>();
}

QString words(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? QString::fromStdString(found->get<std::string>()) : QString();
}

/// An index into the front; -1 where it is null or none of it.
int indexFrom(const Json& json, const char* key, std::size_t count) {
    const auto found = json.find(key);
    const bool known = found != json.end() && found->is_number_integer() && found->get<std::int64_t>() >= 0 && found->get<std::uint64_t>() < count;
    return known ? found->get<int>() : -1;
}

std::optional<SearchSeen> seenFrom(const Json& dot, const char* key) {
    const auto found = dot.find(key);
    if (found == dot.end() || !found->is_object()) {
        return std::nullopt;
    }
    SearchSeen seen;
    seen.trouble = words(*found, "trouble");
    seen.ms = number(*found, "ms").value_or(0);
    seen.msLow = number(*found, "ms_low");
    seen.msHigh = number(*found, "ms_high");
    seen.error = number(*found, "error");
    seen.metric = number(*found, "metric");
    seen.metricLow = number(*found, "metric_low");
    seen.metricHigh = number(*found, "metric_high");
    seen.within = found->value("within", false);
    seen.answers = words(*found, "answers");
    return seen;
}

SearchDot dotFrom(const Json& json, const Model& model) {
    SearchDot dot;
    dot.recipe = words(json, "recipe");
    dot.ms = json.at("predicted").at("ms").get<double>();
    dot.error = number(json.at("predicted"), "error").value_or(0);
    dot.measured = seenFrom(json, "measured");
    dot.reported = seenFrom(json, "reported");
    if (const auto nodes = json.find("float_nodes"); nodes != json.end() && nodes->is_array()) {
        for (const Json& node : *nodes) {
            const auto id = node.get<std::int64_t>();
            if (id < 0 || id >= static_cast<std::int64_t>(model.nodes().size())) {
                throw std::runtime_error(fmt::format("node #{} is not in the open model", id));
            }
            dot.floatNodes << static_cast<int>(id);
        }
    }
    return dot;
}

SearchPrediction predictionFrom(const Json& document) {
    SearchPrediction prediction;
    if (const auto found = document.find("prediction"); found != document.end() && found->is_object()) {
        prediction.points = static_cast<int>(number(*found, "points").value_or(0));
        prediction.msOff = number(*found, "ms_off");
        prediction.errorFactor = number(*found, "error_factor");
        prediction.rough = found->value("rough", false);
    }
    return prediction;
}

}  // namespace

SearchValues searchValuesFrom(const Json& document, const Model& model) {
    SearchValues values;
    for (const Json& dot : document.at("front")) {
        values.front.push_back(dotFrom(dot, model));
    }
    values.chosen = indexFrom(document, "chosen", values.front.size());
    values.nearest = indexFrom(document, "nearest", values.front.size());
    values.end = words(document, "end");
    values.why = words(document, "why");
    values.method = words(document, "method");
    values.validations = static_cast<int>(number(document, "validations").value_or(0));
    values.seconds = number(document, "seconds").value_or(0);
    values.fp32Ms = number(document, "fp32_ms");
    values.prediction = predictionFrom(document);
    return values;
}

}  // namespace vernier::ui
