// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/documents.h"

#include "core/report/verdict.h"

namespace vernier {
namespace {

Json origin_json(const std::vector<std::optional<Origin>>& origins, std::size_t index) {
    return index < origins.size() && origins[index] ? to_json(*origins[index]) : Json(nullptr);
}

}  // namespace

Json document(const Json& fields) {
    Json json = {{"vernier_report", kReportVersion}};
    json.update(fields);
    return json;
}

Json to_json(const MeasuredFiles& measured, bool with_samples) {
    Json models = Json::array();
    for (std::size_t i = 0; i < measured.measurements.size(); ++i) {
        Json model = to_json(measured.measurements[i], with_samples);
        model["origin"] = origin_json(measured.origins, i);
        models.push_back(std::move(model));
    }
    return document({{"models", std::move(models)}, {"findings", to_json(measured.findings)}});
}

Json to_json(const ComparedFiles& compared, bool with_samples) {
    Json json = document(to_json(compared.comparison, with_samples));
    json["baseline"]["origin"] = origin_json(compared.origins, 0);
    for (std::size_t i = 0; i < json["candidates"].size(); ++i) json["candidates"][i]["origin"] = origin_json(compared.origins, i + 1);
    json["verdict"] = to_json(verdict_of(compared.comparison));
    json["worst_outcome"] = name(worst_outcome(compared.comparison));
    json["findings"] = to_json(compared.findings);
    return json;
}

}  // namespace vernier
