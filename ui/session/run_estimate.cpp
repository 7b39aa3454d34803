// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/run_estimate.h"

#include <cmath>
#include <cstddef>

#include "ui/session/layer_estimate.h"
#include "ui/session/layer_study.h"
#include "ui/session/recipe_search.h"
#include "ui/session/session.h"

namespace vernier::ui {

namespace {

std::optional<double> numberAt(const Json& json, const char* key) {
    const auto found = json.find(key);
    const bool known = found != json.end() && found->is_number() && std::isfinite(found->get<double>());
    return known ? std::optional(found->get<double>()) : std::nullopt;
}

Json orNull(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

void takeLayers(RunEstimate& estimate, const Layers& layers, const std::vector<Choice>& choices) {
    const LayerEstimate of = estimateOf(layers, choices);
    estimate.ms = of.ms;
    estimate.rough = of.rough;
    if (of.errorShare && layers.error_all) {
        estimate.error = *of.errorShare * *layers.error_all;
    }
}

}  // namespace

RunEstimate estimateOfPresent(const Session& session) {
    RunEstimate estimate;
    if (const std::optional<Plan>& plan = session.plan(); plan && plan->size_estimate_bytes > 0) {
        estimate.bytes = static_cast<double>(plan->size_estimate_bytes);
    }
    const RecipeSearch& search = session.search();
    if (search.values() != nullptr && search.taken() >= 0) {
        const SearchDot& dot = search.values()->front[static_cast<std::size_t>(search.taken())];
        estimate.ms = dot.ms;
        estimate.error = dot.error;
        estimate.rough = search.values()->prediction.rough;
    } else if (const Layers* layers = session.layers().layers()) {
        takeLayers(estimate, *layers, session.choices());
    }
    return estimate;
}

Json toJson(const RunEstimate& estimate) {
    return {{"bytes", orNull(estimate.bytes)}, {"ms", orNull(estimate.ms)}, {"error", orNull(estimate.error)}, {"rough", estimate.rough}};
}

std::optional<RunEstimate> runEstimateFrom(const Json& json) {
    if (!json.is_object()) {
        return std::nullopt;
    }
    const auto rough = json.find("rough");
    return RunEstimate{numberAt(json, "bytes"), numberAt(json, "ms"), numberAt(json, "error"),
                       rough != json.end() && rough->is_boolean() && rough->get<bool>()};
}

}  // namespace vernier::ui
