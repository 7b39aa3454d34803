// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_number.h"
#include "core/evidence/compare.h"
#include "core/evidence/gate.h"
#include "core/evidence/origin.h"
#include "core/measure/latency_json.h"
#include "core/measure/reading.h"

namespace vernier {
namespace {

Outcome outcome_from(const std::string& text) {
    for (const Outcome outcome : {Outcome::passed, Outcome::failed, Outcome::inconclusive, Outcome::not_judged}) {
        if (name(outcome) == text) return outcome;
    }
    throw Error(ErrorKind::bad_data, fmt::format("unknown gate outcome \"{}\"", text));
}

Json judged_json(const CandidateComparison& candidate) {
    Json lines = Json::array();
    for (const GateLine& line : candidate.gate_lines) {
        lines.push_back({{"what", line.what}, {"outcome", name(line.outcome)}, {"text", line.text}, {"samples_needed", line.samples_needed}});
        if (!line.figure.empty()) lines.back()["figure"] = line.figure;
    }
    return {{"outcome", name(candidate.gate)}, {"lines", std::move(lines)}};
}

/// Names and places of the paired figures, in the order of the document.
constexpr std::array<std::pair<const char*, std::optional<PairedRatio> PairedFigures::*>, 9> kPaired{{
    {"p50", &PairedFigures::p50},
    {"p90", &PairedFigures::p90},
    {"p99", &PairedFigures::p99},
    {"mean", &PairedFigures::mean},
    {"after_pause", &PairedFigures::after_pause},
    {"session_start", &PairedFigures::session_start},
    {"first_run", &PairedFigures::first_run},
    {"cold_start", &PairedFigures::cold_start},
    {"memory", &PairedFigures::memory},
}};

Json paired_json(const PairedFigures& figures) {
    Json json = Json::object();
    for (const auto& [name, place] : kPaired) {
        const auto& figure = figures.*place;
        json[name] = nullptr;
        if (figure) json[name] = {{"ratio", number_json(figure->ratio)}, {"interval", interval_json(figure->interval)}, {"differs", figure->differs}};
    }
    return json;
}

PairedFigures paired_from_json(const Json& json) {
    PairedFigures figures;
    for (const auto& [name, place] : kPaired) {
        const auto found = json.find(name);
        if (found == json.end() || found->is_null()) continue;
        figures.*place = PairedRatio{number_from(found->at("ratio")), interval_from_json(found->at("interval")), found->at("differs").get<bool>()};
    }
    return figures;
}

void put_compared_answers(Json& json, const CandidateComparison& candidate) {
    json["top1_delta_points"] = number_json(candidate.top1_delta_points);
    json["top1_delta_interval"] = candidate.top1_delta_points ? interval_json(candidate.top1_delta_interval) : Json(nullptr);
    json["agreement"] = number_json(candidate.agreement);
    json["answers_compared"] = {{"same", candidate.same}, {"n", candidate.answered}};
    json["output_sqnr_db"] = number_json(candidate.output_sqnr_db);
    json["output_cosine"] = number_json(candidate.output_cosine);
    json["flips"] = {{"right_both", candidate.flips.right_both},
                     {"lost", candidate.flips.lost},
                     {"gained", candidate.flips.gained},
                     {"wrong_both", candidate.flips.wrong_both}};
    json["gate"] = judged_json(candidate);
}

void take_compared_answers(const Json& json, CandidateComparison& candidate) {
    candidate.top1_delta_points = optional_number(json, "top1_delta_points");
    if (candidate.top1_delta_points) candidate.top1_delta_interval = interval_from_json(json.at("top1_delta_interval"));
    candidate.agreement = optional_number(json, "agreement");
    if (json.contains("answers_compared")) {
        candidate.same = json.at("answers_compared").at("same").get<std::uint64_t>();
        candidate.answered = json.at("answers_compared").at("n").get<std::uint64_t>();
    }
    candidate.output_sqnr_db = optional_number(json, "output_sqnr_db");
    candidate.output_cosine = optional_number(json, "output_cosine");
    const Json& flips = json.at("flips");
    candidate.flips.right_both = flips.at("right_both").get<std::uint64_t>();
    candidate.flips.lost = flips.at("lost").get<std::uint64_t>();
    candidate.flips.gained = flips.at("gained").get<std::uint64_t>();
    candidate.flips.wrong_both = flips.at("wrong_both").get<std::uint64_t>();
    candidate.gate = outcome_from(json.at("gate").at("outcome").get<std::string>());
    for (const Json& line : json.at("gate").at("lines")) {
        candidate.gate_lines.push_back({line.at("what").get<std::string>(), outcome_from(line.at("outcome").get<std::string>()),
                                        line.at("text").get<std::string>(), line.at("samples_needed").get<std::uint64_t>(),
                                        line.value("figure", std::string())});
    }
}

/// Measurement, title, origin and id in one object; a trial that nobody keeps has no id.
Json trial_json(const Trial& trial, bool with_samples) {
    Json json = to_json(trial.measurement, with_samples);
    json["title"] = title_of(trial);
    json["origin"] = trial.origin ? to_json(*trial.origin) : Json(nullptr);
    json["precision"] = trial.precision.empty() ? Json(nullptr) : Json(trial.precision);
    if (!trial.per_class.empty()) json["per_class"] = to_json(trial.per_class);
    if (trial.id != 0) json["trial"] = trial.id;
    return json;
}

/// How a file was made is told where it can be read; other versions may have told it in another form.
std::optional<Origin> origin_from(const Json& json) {
    const auto found = json.find("origin");
    if (found == json.end() || !found->is_object()) return std::nullopt;
    try {
        return origin_from_json(*found);
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

Trial trial_from(const Json& json) {
    Trial trial;
    trial.measurement = measurement_from_json(json);
    trial.id = json.value("trial", 0);
    trial.title = json.value("title", std::string());
    if (trial.title == title_of(trial.measurement)) trial.title.clear();
    trial.origin = origin_from(json);
    if (const auto classes = json.find("per_class"); classes != json.end()) trial.per_class = class_precisions_from_json(*classes);
    if (const auto precision = json.find("precision"); precision != json.end() && precision->is_string()) trial.precision = precision->get<std::string>();
    return trial;
}

/// Into the metrics of the candidate: beside "delta" the interval is the paired one, and that of the value goes by a name of its own.
void put_changes(Json& metrics, const std::map<std::string, MetricChange>& changes) {
    for (const auto& [id, change] : changes) {
        if (!metrics.contains(id)) continue;
        Json& metric = metrics[id];
        Json own = metric.at("interval");  // a copy: a new key may move the others
        metric["value_interval"] = std::move(own);
        metric["delta"] = number_json(change.delta);
        metric["interval"] = change.interval ? interval_json(*change.interval) : Json(nullptr);
        metric["differs"] = change.differs();
    }
}

void take_changes(const Json& metrics, CandidateComparison& candidate) {
    for (const auto& [id, metric] : metrics.items()) {
        if (!metric.contains("delta")) continue;
        const Json &paired = metric.at("interval"), &own = metric.at("value_interval");
        candidate.changes[id] = {number_from(metric.at("delta")), paired.is_null() ? std::nullopt : std::optional(interval_from_json(paired))};
        candidate.measurement.metrics[id].interval = own.is_null() ? std::nullopt : std::optional(interval_from_json(own));
    }
}

Json candidate_json(const CandidateComparison& candidate, bool with_samples) {
    Json json = trial_json(candidate, with_samples);
    json["size_ratio"] = number_json(candidate.size_ratio);
    json["speedup"] = number_json(candidate.speedup);
    json["speedup_interval"] = interval_json(candidate.speedup_interval);
    json["latency_differs"] = candidate.latency_differs;
    json["paired"] = paired_json(candidate.paired);
    put_compared_answers(json, candidate);
    put_changes(json["metrics"], candidate.changes);
    return json;
}

CandidateComparison candidate_from(const Json& json) {
    CandidateComparison candidate;
    static_cast<Trial&>(candidate) = trial_from(json);
    candidate.size_ratio = number_from(json.at("size_ratio"));
    candidate.speedup = number_from(json.at("speedup"));
    candidate.speedup_interval = interval_from_json(json.at("speedup_interval"));
    candidate.latency_differs = json.at("latency_differs").get<bool>();
    if (json.contains("paired")) candidate.paired = paired_from_json(json.at("paired"));
    take_compared_answers(json, candidate);
    if (const auto metrics = json.find("metrics"); metrics != json.end()) take_changes(*metrics, candidate);
    return candidate;
}

constexpr std::array<std::pair<const char*, GateLimit::Of>, 3> kOf{
    {{"value", GateLimit::Of::value}, {"drop", GateLimit::Of::drop}, {"rise", GateLimit::Of::rise}}};

Json limits_json(const std::vector<GateLimit>& limits) {
    Json json = Json::array();
    for (const GateLimit& limit : limits)
        for (const auto& [name, of] : kOf)
            if (of == limit.of) json.push_back({{"figure", limit.figure}, {"of", name}, {"bound", number_json(limit.bound)}, {"least", limit.least}});
    return json;
}

std::vector<GateLimit> limits_from(const Json& json) {
    std::vector<GateLimit> limits;
    for (const Json& item : json)
        for (const auto& [name, of] : kOf)
            if (item.at("of") == name)
                limits.push_back({item.at("figure").get<std::string>(), of, number_from(item.at("bound")), item.at("least").get<bool>()});
    return limits;
}

}  // namespace

Json gate_json(const Gate& gate) {
    Json limits = Json::object();
    for (const auto& [figure, bound] : gate.limits) limits[figure] = number_json(bound);
    return {{"max_drop_points", number_json(gate.max_drop_points)},
            {"min_speedup", number_json(gate.min_speedup)},
            {"min_agreement", number_json(gate.min_agreement)},
            {"min_sqnr_db", number_json(gate.min_sqnr_db)},
            {"limits", std::move(limits)},
            {"more", limits_json(gate.more)}};
}

Gate gate_from_json(const Json& json) {
    if (!json.is_object()) return {};
    Gate gate{optional_number(json, "max_drop_points"), optional_number(json, "min_speedup"), optional_number(json, "min_agreement"),
              optional_number(json, "min_sqnr_db")};
    if (const auto limits = json.find("limits"); limits != json.end() && limits->is_object())
        for (const auto& [figure, bound] : limits->items()) gate.limits[figure] = number_from(bound);
    if (const auto more = json.find("more"); more != json.end() && more->is_array()) gate.more = limits_from(*more);
    return gate;
}

Json to_json(const Comparison& comparison, bool with_samples) {
    Json json = {{"vernier_comparison", kComparisonVersion}, {"baseline", trial_json(comparison.baseline, with_samples)}};
    Json candidates = Json::array();
    for (const CandidateComparison& candidate : comparison.candidates) candidates.push_back(candidate_json(candidate, with_samples));
    json["candidates"] = std::move(candidates);
    json["gate"] = gate_json(comparison.gate);
    json["gate"]["outcome"] = name(comparison.outcome());
    json["noise_floor"] = number_json(comparison.noise_floor);
    return json;
}

Comparison comparison_from_json(const Json& json) {
    return reading("comparison", [&] {
        if (json.at("vernier_comparison").get<int>() != kComparisonVersion) {
            throw Error(ErrorKind::bad_data, "the comparison was saved by another version of Vernier");
        }
        Comparison comparison;
        comparison.baseline = trial_from(json.at("baseline"));
        for (const Json& item : json.at("candidates")) comparison.candidates.push_back(candidate_from(item));
        comparison.gate = gate_from_json(json.at("gate"));
        comparison.noise_floor = number_from(json.at("noise_floor"));
        return comparison;
    });
}

}  // namespace vernier
