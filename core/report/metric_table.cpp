// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/metric_table.h"

#include "core/base/json_number.h"
#include "core/measure/latency_json.h"
#include "core/report/figure_text.h"
#include "core/report/svg.h"

namespace vernier {

std::vector<MetricRow> metric_rows(const TrialViews& trials) {
    std::vector<MetricRow> rows;
    for (const Figure* each : figures_in(in_metrics)) {
        if (!is_told(*each, trials)) continue;
        MetricRow& row = rows.emplace_back(MetricRow{head_text(*each), {}});
        for (const TrialView& trial : trials) {
            const std::string against = against_text(*each, trial);
            const bool none = each->relative && trial.compared == nullptr;
            row.cells.push_back(none ? std::string() : value_text(*each, trial) + (against.empty() ? "" : "  " + against));
        }
    }
    return rows;
}

std::string metrics_html(const TrialViews& trials) {
    const std::vector<MetricRow> rows = metric_rows(trials);
    if (rows.empty()) return {};
    std::string out =
        "<section><div class=\"head\"><h2>Metrics</h2><span class=\"note\">points against the baseline; ~ no measurable difference</span></div>"
        "<table><tr><th>metric</th>";
    for (const TrialView& trial : trials) out += "<th>" + escaped(title_of(trial)) + "</th>";
    out += "</tr>";
    for (const MetricRow& row : rows) {
        out += "<tr><td>" + escaped(row.name) + "</td>";
        for (const std::string& cell : row.cells) out += "<td>" + escaped(cell) + "</td>";
        out += "</tr>";
    }
    return out + "</table></section>";
}

void put_metrics(Json& model, const TrialView& trial) {
    Json& metrics = model["metrics"];
    for (const Figure& each : figures()) {
        if (!needs_samples(each)) continue;
        const std::string id(each.id);
        if (const auto kept = metrics.find(id); kept != metrics.end()) {
            (*kept)["unit"] = each.unit;
            continue;
        }
        const auto value = each.relative ? each.value(trial) : std::nullopt;
        if (!value) continue;
        const auto interval = each.interval_of(trial);
        metrics[id] = {{"value", number_json(*value)}, {"n", trial.measured.samples}, {"unit", each.unit}, {"relative", true}};
        metrics[id]["interval"] = interval ? interval_json(*interval) : Json(nullptr);
    }
}

}  // namespace vernier
