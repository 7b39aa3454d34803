// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/metric_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/json_number.h"
#include "core/evidence/metrics/metric.h"
#include "core/measure/latency_json.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/svg.h"

namespace vernier {

namespace {

bool is_figure(const std::string& id) {
    const auto all = figures();
    return std::any_of(all.begin(), all.end(), [&](const Figure& each) { return each.id == id; });
}

/// Of a metric command: whether more of it is better is not known.
std::string command_cell(const TrialView& trial, const std::string& id) {
    const auto value = kept_value(trial, id);
    if (!value) return "-";
    const auto change = kept_change(trial, id);
    const std::string moved =
        change ? fmt::format("  {}{}{}", change->value < 0 ? "-" : "+", significant(std::abs(change->value)), change->differs ? "" : " ~") : "";
    return significant(value->value) + moved;
}

}  // namespace

std::vector<std::string> command_metrics(const Measurement& measurement) {
    std::vector<std::string> ids;
    for (const auto& [id, value] : measurement.metrics)
        if (!is_figure(id)) ids.push_back(id);
    return ids;
}

std::vector<MetricRow> metric_rows(const TrialViews& trials) {
    std::vector<MetricRow> rows;
    if (trials.empty()) return rows;
    for (const Figure* each : figures_in(in_metrics)) {
        if (!is_told(*each, trials)) continue;
        MetricRow& row = rows.emplace_back(MetricRow{head_text(*each), {}});
        for (const TrialView& trial : trials) {
            const std::string against = against_text(*each, trial);
            const bool none = each->relative && trial.compared == nullptr;
            row.cells.push_back(none ? std::string() : value_text(*each, trial) + (against.empty() ? "" : "  " + against));
        }
    }
    for (const std::string& id : command_metrics(trials.front().measured)) {
        MetricRow& row = rows.emplace_back(MetricRow{id, {}});
        for (const TrialView& trial : trials) row.cells.push_back(command_cell(trial, id));
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
    for (Json& metric : metrics)
        if (!metric.contains("unit")) metric["unit"] = "";
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
