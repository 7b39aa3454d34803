// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/csv.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/evidence/figures.h"
#include "core/evidence/metrics/metric.h"
#include "core/report/executed_counts.h"
#include "core/report/metric_table.h"

namespace vernier {
namespace {

using Row = std::vector<std::string>;

std::string in_quotes(std::string_view cell) {
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
    std::string text = "\"";
    for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + "\"";
}

std::string line_of(const Row& cells) {
    std::string line;
    for (const std::string& cell : cells) line += in_quotes(cell) + ",";
    line.back() = '\n';
    return line;
}

std::string cell(const std::optional<double>& number) { return number ? fmt::format("{}", *number) : std::string(); }

void add(Row& row, const std::optional<Interval>& interval) {
    row.push_back(interval ? cell(interval->lo) : std::string());
    row.push_back(interval ? cell(interval->hi) : std::string());
}

void add(Row& row, const std::optional<Against>& against) {
    row.push_back(against ? cell(against->value) : std::string());
    add(row, against ? against->interval : std::nullopt);
    row.push_back(!against ? "" : against->differs ? "true" : "false");
}

/// What is asked of a figure or a metric, in the order of the columns.
void add_heads(Row& row, const std::string& id, bool interval, bool against) {
    row.push_back(id);
    if (interval) row.insert(row.end(), {id + "_low", id + "_high"});
    if (against) row.insert(row.end(), {id + "_against", id + "_against_low", id + "_against_high", id + "_differs"});
}

Row heads(const std::vector<std::string>& more) {
    Row row = {"model", "title", "role", "recipe", "sha256", "samples", "gate", "executed_int8", "executed_fp16", "executed_float", "conversions"};
    for (const Figure& each : figures()) add_heads(row, std::string(each.id), each.interval != nullptr, each.against != nullptr);
    for (const std::string& id : more) add_heads(row, id, true, true);
    return row;
}

Row row_of(const Trial& trial, const TrialView& view, const std::vector<std::string>& more) {
    const Measurement& measured = trial.measurement;
    Row row = {measured.model.string(),
               title_of(trial),
               view.compared == nullptr ? "baseline" : "candidate",
               trial.origin ? trial.origin->text() : std::string(),
               measured.sha256,
               std::to_string(measured.samples),
               view.compared == nullptr ? std::string() : std::string(name(view.compared->gate))};
    const ExecutedCounts ran = executed_counts(measured);
    for (const std::uint64_t count : {ran.int8, ran.fp16, ran.floating, ran.conversions}) row.push_back(ran.all() > 0 ? std::to_string(count) : std::string());
    for (const Figure& each : figures()) {
        const bool none = each.relative && view.compared == nullptr;
        row.push_back(none ? std::string() : cell(each.value(view)));
        if (each.interval != nullptr) add(row, none ? std::nullopt : each.interval_of(view));
        if (each.against != nullptr) add(row, each.against_of(view));
    }
    for (const std::string& id : more) {
        const auto value = kept_value(view, id);
        row.push_back(value ? cell(value->value) : std::string());
        add(row, value ? value->interval : std::nullopt);
        add(row, kept_change(view, id));
    }
    return row;
}

}  // namespace

std::string render_csv(const Comparison& comparison) {
    const std::vector<std::string> more = command_metrics(comparison.baseline.measurement);
    std::string text = line_of(heads(more)) + line_of(row_of(comparison.baseline, {comparison.baseline.measurement}, more));
    for (const CandidateComparison& candidate : comparison.candidates) text += line_of(row_of(candidate, {candidate.measurement, &candidate}, more));
    return text;
}

}  // namespace vernier
