// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "core/base/error.h"
#include "core/measure/compare.h"
#include "core/measure/measure.h"
#include "core/measure/profile_json.h"

namespace vernier {
namespace {

constexpr int kSchema = 1;

Json to_json(const Interval& interval) {
    return Json::array({interval.lo, interval.hi});
}

Interval interval_from(const Json& json) {
    return {json.at(0).get<double>(), json.at(1).get<double>()};
}

Json to_json(const Latency& latency, bool with_samples) {
    Json json = {{"p50", latency.p50}, {"p90", latency.p90}, {"p99", latency.p99}, {"mean", latency.mean}, {"n", latency.n}};
    json["p50_interval"] = to_json(latency.p50_interval);
    if (with_samples) {
        json["blocks"] = latency.blocks;
        json["twin_blocks"] = latency.twin_blocks;
    }
    return json;
}

Latency latency_from(const Json& json) {
    Latency latency;
    latency.p50 = json.at("p50").get<double>();
    latency.p90 = json.at("p90").get<double>();
    latency.p99 = json.at("p99").get<double>();
    latency.mean = json.at("mean").get<double>();
    latency.n = json.at("n").get<std::uint64_t>();
    latency.p50_interval = interval_from(json.at("p50_interval"));
    if (json.contains("blocks")) latency.blocks = json.at("blocks").get<std::vector<std::vector<double>>>();
    if (json.contains("twin_blocks")) latency.twin_blocks = json.at("twin_blocks").get<std::vector<std::vector<double>>>();
    return latency;
}

Json to_json(const std::optional<Accuracy>& accuracy) {
    if (!accuracy) return nullptr;
    return {{"top1", accuracy->top1},
            {"top5", accuracy->top5},
            {"n", accuracy->n},
            {"top1_interval", to_json(accuracy->top1_interval)}};
}

std::optional<Accuracy> accuracy_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return Accuracy{json.at("top1").get<double>(), json.at("top5").get<double>(), json.at("n").get<std::uint64_t>(),
                    interval_from(json.at("top1_interval"))};
}

/// Scores are left out: they are large, and what is made from them is in the distance.
Json to_json(const Answers& answers) {
    const OutputDistance& d = answers.distance;
    return {{"sample", answers.sample},
            {"predicted", answers.predicted},
            {"label", answers.label},
            {"in_top5", answers.in_top5},
            {"not_a_number", answers.not_a_number},
            {"distance", {{"signal", d.signal}, {"error", d.error}, {"dot", d.dot}, {"energy", d.energy}, {"count", d.count}}}};
}

Answers answers_from(const Json& json) {
    Answers answers;
    answers.sample = json.at("sample").get<std::vector<std::uint64_t>>();
    answers.predicted = json.at("predicted").get<std::vector<std::int32_t>>();
    answers.label = json.at("label").get<std::vector<std::int32_t>>();
    answers.in_top5 = json.at("in_top5").get<std::vector<bool>>();
    answers.not_a_number = json.value("not_a_number", std::uint64_t{0});
    const Json& d = json.at("distance");
    answers.distance = {d.at("signal").get<double>(), d.at("error").get<double>(), d.at("dot").get<double>(),
                        d.at("energy").get<double>(), d.at("count").get<std::uint64_t>()};
    const std::size_t n = answers.sample.size();
    if (answers.predicted.size() != n || answers.label.size() != n || answers.in_top5.size() != n) {
        throw Error(ErrorKind::bad_data, "saved answers differ in length");
    }
    return answers;
}

Json number_or_null(const std::optional<double>& number) {
    return number ? Json(*number) : Json(nullptr);
}

std::optional<double> optional_number(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::nullopt;
    return found->get<double>();
}

Outcome outcome_from(const std::string& text) {
    for (const Outcome outcome : {Outcome::passed, Outcome::failed, Outcome::inconclusive, Outcome::not_judged}) {
        if (name(outcome) == text) return outcome;
    }
    throw Error(ErrorKind::bad_data, fmt::format("unknown gate outcome \"{}\"", text));
}

Json gate_json(const CandidateComparison& candidate) {
    Json lines = Json::array();
    for (const GateLine& line : candidate.gate_lines) {
        lines.push_back({{"what", line.what},
                         {"outcome", name(line.outcome)},
                         {"text", line.text},
                         {"samples_needed", line.samples_needed}});
    }
    return {{"outcome", name(candidate.gate)}, {"lines", std::move(lines)}};
}

Json to_json(const CandidateComparison& candidate, bool with_samples) {
    Json json = to_json(candidate.measurement, with_samples);
    const bool answered = candidate.measurement.samples > 0;
    json["size_ratio"] = candidate.size_ratio;
    json["speedup"] = candidate.speedup;
    json["speedup_interval"] = to_json(candidate.speedup_interval);
    json["latency_differs"] = candidate.latency_differs;
    json["top1_delta_points"] = number_or_null(candidate.top1_delta_points);
    json["top1_delta_interval"] = candidate.top1_delta_points ? to_json(candidate.top1_delta_interval) : Json(nullptr);
    json["agreement"] = answered ? Json(candidate.agreement) : Json(nullptr);
    json["output_sqnr_db"] = answered ? Json(candidate.output_sqnr_db) : Json(nullptr);
    json["output_cosine"] = answered ? Json(candidate.output_cosine) : Json(nullptr);
    json["flips"] = {{"right_both", candidate.right_both},
                     {"lost", candidate.lost},
                     {"gained", candidate.gained},
                     {"wrong_both", candidate.wrong_both}};
    json["gate"] = gate_json(candidate);
    return json;
}

CandidateComparison candidate_from(const Json& json) {
    CandidateComparison candidate;
    candidate.measurement = measurement_from_json(json);
    candidate.size_ratio = json.at("size_ratio").get<double>();
    candidate.speedup = json.at("speedup").get<double>();
    candidate.speedup_interval = interval_from(json.at("speedup_interval"));
    candidate.latency_differs = json.at("latency_differs").get<bool>();
    candidate.top1_delta_points = optional_number(json, "top1_delta_points");
    if (candidate.top1_delta_points) candidate.top1_delta_interval = interval_from(json.at("top1_delta_interval"));
    candidate.agreement = optional_number(json, "agreement").value_or(candidate.agreement);
    candidate.output_sqnr_db = optional_number(json, "output_sqnr_db").value_or(candidate.output_sqnr_db);
    candidate.output_cosine = optional_number(json, "output_cosine").value_or(candidate.output_cosine);
    const Json& flips = json.at("flips");
    candidate.right_both = flips.at("right_both").get<std::uint64_t>();
    candidate.lost = flips.at("lost").get<std::uint64_t>();
    candidate.gained = flips.at("gained").get<std::uint64_t>();
    candidate.wrong_both = flips.at("wrong_both").get<std::uint64_t>();
    candidate.gate = outcome_from(json.at("gate").at("outcome").get<std::string>());
    for (const Json& line : json.at("gate").at("lines")) {
        candidate.gate_lines.push_back({line.at("what").get<std::string>(), outcome_from(line.at("outcome").get<std::string>()),
                                        line.at("text").get<std::string>(), line.at("samples_needed").get<std::uint64_t>()});
    }
    return candidate;
}

Measurement read_measurement(const Json& json) {
    Measurement m;
    m.model = json.at("model").get<std::string>();
    m.sha256 = json.at("sha256").get<std::string>();
    m.size_bytes = json.at("size_bytes").get<std::uint64_t>();
    m.session_start_ms = json.at("session_start_ms").get<double>();
    m.first_run_ms = json.at("first_run_ms").get<double>();
    m.peak_rss_bytes = json.at("peak_rss_bytes").get<std::uint64_t>();
    m.latency = latency_from(json.at("latency_ms"));
    m.accuracy = accuracy_from(json.at("accuracy"));
    if (json.contains("answers")) m.answers = answers_from(json.at("answers"));
    m.profile = profile_from_json(json.at("profile"));
    const Json& runtime = json.at("runtime");
    m.run = run_options_from_json(runtime);
    m.runtime_version = runtime.at("version").get<std::string>();
    m.runtime_path = runtime.at("path").get<std::string>();
    m.data_name = json.at("data").at("name").get<std::string>();
    m.data_fingerprint = json.at("data").at("fingerprint").get<std::string>();
    m.samples = json.at("data").at("samples").get<std::uint64_t>();
    m.host = host_from_json(json.at("host"));
    m.date = json.at("date").get<std::string>();
    m.vernier_version = json.at("vernier_version").get<std::string>();
    return m;
}

/// Turns what the JSON library throws into our own error.
template <class Read>
auto guarded(const char* what, Read read) {
    try {
        return read();
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::bad_data, fmt::format("the saved {} cannot be read: {}", what, error.what()));
    }
}

}  // namespace

Json profile_json(const std::vector<ProfileEvent>& events) {
    Json json = Json::array();
    for (const ProfileEvent& event : events) {
        json.push_back({{"node", event.node},
                        {"op_type", event.op_type},
                        {"provider", event.provider},
                        {"microseconds", event.microseconds},
                        {"runs", event.runs},
                        {"input_types", event.input_types}});
    }
    return json;
}

std::vector<ProfileEvent> profile_from_json(const Json& json) {
    std::vector<ProfileEvent> events;
    for (const Json& item : json) {
        events.push_back({item.at("node").get<std::string>(), item.at("op_type").get<std::string>(),
                          item.at("provider").get<std::string>(), item.at("microseconds").get<double>(),
                          item.at("runs").get<std::uint64_t>(), item.at("input_types").get<std::string>()});
    }
    return events;
}

Json to_json(const Measurement& measurement, bool with_samples) {
    Json json = {{"model", measurement.model.string()},
                 {"sha256", measurement.sha256},
                 {"size_bytes", measurement.size_bytes},
                 {"latency_ms", to_json(measurement.latency, with_samples)},
                 {"session_start_ms", measurement.session_start_ms},
                 {"first_run_ms", measurement.first_run_ms},
                 {"peak_rss_bytes", measurement.peak_rss_bytes},
                 {"accuracy", to_json(measurement.accuracy)}};
    Json runtime = {{"version", measurement.runtime_version}};
    runtime.update(to_json(measurement.run));
    runtime["path"] = measurement.runtime_path;
    json["runtime"] = std::move(runtime);
    json["data"] = {{"name", measurement.data_name},
                    {"fingerprint", measurement.data_fingerprint},
                    {"samples", measurement.samples}};
    json["host"] = to_json(measurement.host);
    json["date"] = measurement.date;
    json["vernier_version"] = measurement.vernier_version;
    json["profile"] = profile_json(measurement.profile);
    if (with_samples) json["answers"] = to_json(measurement.answers);
    return json;
}

Measurement measurement_from_json(const Json& json) {
    return guarded("measurement", [&] { return read_measurement(json); });
}

Json to_json(const Comparison& comparison, bool with_samples) {
    Json json = {{"vernier_comparison", kSchema}, {"baseline", to_json(comparison.baseline, with_samples)}};
    Json candidates = Json::array();
    for (const CandidateComparison& candidate : comparison.candidates) candidates.push_back(to_json(candidate, with_samples));
    json["candidates"] = std::move(candidates);
    json["gate"] = {{"max_drop_points", number_or_null(comparison.gate.max_drop_points)},
                    {"min_speedup", number_or_null(comparison.gate.min_speedup)},
                    {"outcome", name(comparison.outcome())}};
    json["noise_floor"] = comparison.noise_floor;
    json["noise_bias"] = comparison.noise_bias;
    return json;
}

Comparison comparison_from_json(const Json& json) {
    return guarded("comparison", [&] {
        if (json.at("vernier_comparison").get<int>() != kSchema) {
            throw Error(ErrorKind::bad_data, "the comparison was saved by another version of Vernier");
        }
        Comparison comparison;
        comparison.baseline = measurement_from_json(json.at("baseline"));
        for (const Json& item : json.at("candidates")) comparison.candidates.push_back(candidate_from(item));
        comparison.gate.max_drop_points = optional_number(json.at("gate"), "max_drop_points");
        comparison.gate.min_speedup = optional_number(json.at("gate"), "min_speedup");
        comparison.noise_floor = json.at("noise_floor").get<double>();
        comparison.noise_bias = json.value("noise_bias", 0.0);
        return comparison;
    });
}

}  // namespace vernier
