// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_number.h"
#include "core/evidence/figures.h"
#include "core/measure/latency_json.h"

namespace vernier {
namespace {

Json interval_or_null(const std::optional<Interval>& interval) { return interval ? interval_json(*interval) : Json(nullptr); }

Json against_json(const std::optional<Against>& against) {
    if (!against) return nullptr;
    return {{against->kind == Against::Kind::ratio ? "ratio" : "points", number_json(against->value)},
            {"interval", interval_or_null(against->interval)},
            {"differs", against->differs}};
}

}  // namespace

Json figures_json(const TrialView& trial) {
    Json json = Json::object();
    for (const Figure& each : figures()) {
        json[std::string(each.id)] = {{"value", number_json(each.value(trial))},
                                      {"unit", each.unit},
                                      {"better", each.better == Better::lower ? "lower" : "higher"},
                                      {"interval", interval_or_null(each.interval_of(trial))},
                                      {"against", against_json(each.against_of(trial))}};
    }
    return json;
}

}  // namespace vernier
