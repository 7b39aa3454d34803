// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/evidence/figures.h"
#include "core/evidence/gate.h"
#include "core/evidence/limit_forms.h"
#include "core/flow/search_file.h"
#include "core/flow/search_judge.h"
#include "core/flow/search_state.h"

namespace vernier {
namespace {

Json number(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(nullptr); }

/// The limit that leads the search.
Json limit_json(const Gate& gate) {
    if (gate.max_drop_points) return {{"figure", "drop"}, {"unit", "points"}, {"most", *gate.max_drop_points}};
    if (gate.min_agreement) return {{"figure", "agreement"}, {"unit", "%"}, {"least", *gate.min_agreement}};
    if (gate.min_sqnr_db) return {{"figure", "sqnr"}, {"unit", "dB"}, {"least", *gate.min_sqnr_db}};
    const GateLimit* limit = leading_limit(gate);
    if (limit == nullptr) return nullptr;
    const char* const of = limit->of == GateLimit::Of::drop ? " drop" : limit->of == GateLimit::Of::rise ? " rise" : "";
    const Figure& own = figure(limit->figure);
    const std::string_view unit = limit->of == GateLimit::Of::value ? own.unit : unit_of_change(own);
    return {{"figure", limit->figure + of}, {"unit", unit}, {limit->least ? "least" : "most", limit->bound}};
}

/// The measured point whose error is nearest to one.
const SearchPoint* nearest_measured(const SearchResult& result, double error) {
    const SearchPoint* nearest = nullptr;
    const auto away = [&](const SearchPoint& point) { return std::abs(std::log(std::max(1e-30, *point.measured->error) / std::max(1e-30, error))); };
    for (const SearchPoint& point : result.front)
        if (point.measured && point.measured->metric && point.measured->error && (nearest == nullptr || away(point) < away(*nearest))) nearest = &point;
    return nearest;
}

/// What the limit speaks of, for an error that is predicted: losses grow as errors do.
std::optional<double> predicted_metric(const SearchedFile& searched, double error) {
    const SearchPoint* known = nearest_measured(searched.result, error);
    if (known == nullptr || !(*known->measured->error > 0) || !(error > 0)) return std::nullopt;
    const double metric = *known->measured->metric, times = error / *known->measured->error;
    if (searched.gate.max_drop_points) return metric * times;
    if (searched.gate.min_agreement) return std::max(0.0, 100 - (100 - metric) * times);
    if (const GateLimit* limit = leading_limit(searched.gate)) return limit->of == GateLimit::Of::value ? std::nullopt : std::optional(metric * times);
    return metric - 10 * std::log10(times);
}

Json point_json(const SearchedFile& searched, std::size_t index) {
    const SearchPoint& point = searched.result.front[index];
    Json json = {{"recipe", index < searched.recipes.size() ? Json(searched.recipes[index]) : Json(nullptr)},
                 {"predicted",
                  {{"ms", number(point.predicted_ms)},
                   {"error", number(point.predicted_error)},
                   {"metric", number(predicted_metric(searched, point.predicted_error))}}}};
    json["measured"] = point.measured ? to_json(*point.measured) : Json(nullptr);
    json["reported"] = point.reported ? to_json(*point.reported) : Json(nullptr);
    json["float_nodes"] = index < searched.float_nodes.size() ? Json(searched.float_nodes[index]) : Json::array();
    return json;
}

}  // namespace

Json to_json(const SearchedFile& searched) {
    const SearchResult& result = searched.result;
    Json json = {{"vernier_search", 1},
                 {"model", searched.model->path().string()},
                 {"method", row(searched.method).id},
                 {"limit", limit_json(searched.gate)},
                 {"gate", gate_json(searched.gate)},
                 {"front", Json::array()}};
    for (std::size_t i = 0; i < result.front.size(); ++i) json["front"].push_back(point_json(searched, i));
    json["chosen"] = result.chosen ? Json(*result.chosen) : Json(nullptr);
    json["nearest"] = result.nearest ? Json(*result.nearest) : Json(nullptr);
    json["end"] = name(result.end);
    json["why"] = result.why;
    json["chosen_model"] = searched.chosen_model.empty() ? Json(nullptr) : Json(searched.chosen_model);
    json["validations"] = result.validations;
    json["reports"] = result.reports;
    json["out_of_time"] = result.out_of_time;
    json["fp32_ms"] = searched.fp32_ms > 0 ? Json(searched.fp32_ms) : Json(nullptr);
    json["error_all"] = number(searched.error_all);
    const PredictionQuality quality = prediction_of(result);
    json["prediction"] =
        quality.points == 0
            ? Json(nullptr)
            : Json{{"points", quality.points}, {"ms_off", number(quality.ms)}, {"error_factor", number(quality.error)}, {"rough", quality.is_rough()}};
    json["selection_samples"] = searched.selection_samples;
    json["report_samples"] = searched.report_samples;
    json["seconds"] = searched.seconds;
    json["findings"] = to_json(searched.findings);
    return json;
}

}  // namespace vernier
