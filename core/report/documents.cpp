// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/documents.h"

#include "core/evidence/figures.h"
#include "core/report/verdict.h"

namespace vernier {
namespace {

Json origin_json(const std::vector<std::optional<Origin>>& origins, std::size_t index) {
    return index < origins.size() && origins[index] ? to_json(*origins[index]) : Json(nullptr);
}

/// Puts the figures of all models into the document of their comparison.
void put_figures(Json& document, const Comparison& comparison) {
    const TrialViews trials = views_of(comparison);
    document["baseline"]["figures"] = figures_json(trials.front());
    Json& candidates = document["candidates"];
    for (std::size_t i = 0; i < candidates.size() && i + 1 < trials.size(); ++i) candidates[i]["figures"] = figures_json(trials[i + 1]);
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
        model["figures"] = figures_json({measured.measurements[i]});
        models.push_back(std::move(model));
    }
    return document({{"models", std::move(models)}, {"findings", to_json(measured.findings)}});
}

void judge_document(Json& document, const Comparison& comparison) {
    const Json judged = to_json(comparison);
    document["gate"] = judged["gate"];
    Json& candidates = document["candidates"];
    for (std::size_t i = 0; i < candidates.size() && i < judged["candidates"].size(); ++i)
        for (const char* key : {"gate", "agreement"}) candidates[i][key] = judged["candidates"][i][key];
    put_figures(document, comparison);
    document["verdict"] = to_json(verdict_of(comparison));
    document["worst_outcome"] = name(worst_outcome(comparison));
    Json findings = Json::array();
    const Finding none = no_gate();
    if (!comparison.gate.any()) findings.push_back(to_json(none));
    if (const auto old = document.find("findings"); old != document.end() && old->is_array())
        for (const Json& finding : *old)
            if (finding.value("code", std::string()) != none.code) findings.push_back(finding);
    document["findings"] = std::move(findings);
}

ComparedFiles compared_from(const Comparison& comparison, const Json& document) {
    ComparedFiles compared{comparison, {}, {}};
    const auto origin_of = [](const Json& model) -> std::optional<Origin> {
        const auto origin = model.find("origin");
        if (origin == model.end() || !origin->is_object()) return std::nullopt;
        try {
            return origin_from_json(*origin);
        } catch (const Json::exception&) {
            return std::nullopt;
        }
    };
    static const Json none = Json::array();
    const auto list = [&](const char* key) -> const Json& {
        const auto found = document.find(key);
        return found != document.end() && found->is_array() ? *found : none;
    };
    compared.origins.push_back(document.contains("baseline") ? origin_of(document["baseline"]) : std::nullopt);
    for (const Json& candidate : list("candidates")) compared.origins.push_back(origin_of(candidate));
    for (const Json& finding : list("findings")) {
        try {
            compared.findings.push_back(finding_from_json(finding));
        } catch (const Json::exception&) {
            continue;  // of a version that told findings in another form
        }
    }
    return compared;
}

Json to_json(const ComparedFiles& compared, bool with_samples) {
    Json json = document(to_json(compared.comparison, with_samples));
    json["baseline"]["origin"] = origin_json(compared.origins, 0);
    for (std::size_t i = 0; i < json["candidates"].size(); ++i) json["candidates"][i]["origin"] = origin_json(compared.origins, i + 1);
    put_figures(json, compared.comparison);
    json["verdict"] = to_json(verdict_of(compared.comparison));
    json["worst_outcome"] = name(worst_outcome(compared.comparison));
    json["findings"] = to_json(compared.findings);
    return json;
}

}  // namespace vernier
