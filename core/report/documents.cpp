// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/documents.h"

#include "core/evidence/figures.h"
#include "core/report/evidence.h"
#include "core/report/executed_counts.h"
#include "core/report/metric_table.h"
#include "core/report/verdict.h"

namespace vernier {
namespace {

/// Puts the figures of all models into the document of their comparison.
void put_figures(Json& document, const Comparison& comparison) {
    const TrialViews trials = views_of(comparison);
    document["baseline"]["executed"] = to_json(executed_counts(trials.front().measured));
    document["baseline"]["figures"] = figures_json(trials.front());
    put_metrics(document["baseline"], trials.front());
    Json& candidates = document["candidates"];
    for (std::size_t i = 0; i < candidates.size() && i + 1 < trials.size(); ++i) {
        candidates[i]["executed"] = to_json(executed_counts(trials[i + 1].measured));
        candidates[i]["figures"] = figures_json(trials[i + 1]);
        put_metrics(candidates[i], trials[i + 1]);
    }
}

}  // namespace

Json document(const Json& fields) {
    Json json = {{"vernier_report", kReportVersion}};
    json.update(fields);
    return json;
}

Json to_json(const MeasuredFiles& measured, bool with_samples) {
    Json models = Json::array();
    for (const Trial& trial : measured.trials) {
        Json model = to_json(trial.measurement, with_samples);
        model["origin"] = trial.origin ? to_json(*trial.origin) : Json(nullptr);
        model["precision"] = trial.precision;
        model["executed"] = to_json(executed_counts(trial.measurement));
        model["figures"] = figures_json({trial.measurement});
        put_metrics(model, {trial.measurement});
        if (!trial.per_class.empty()) model["per_class"] = to_json(trial.per_class);
        models.push_back(std::move(model));
    }
    return document({{"models", std::move(models)}, {"findings", to_json(measured.findings)}});
}

ComparedFiles compared_from_json(const Json& document) {
    ComparedFiles compared{comparison_from_json(document), {}};
    const auto findings = document.find("findings");
    if (findings == document.end() || !findings->is_array()) return compared;
    for (const Json& finding : *findings) {
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
    put_figures(json, compared.comparison);
    json["verdict"] = to_json(verdict_of(compared.comparison));
    json["worst_outcome"] = name(worst_outcome(compared.comparison));
    json["findings"] = to_json(compared.findings);
    return sealed(std::move(json));
}

}  // namespace vernier
