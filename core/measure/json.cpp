// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_number.h"
#include "core/measure/answers_json.h"
#include "core/measure/latency_json.h"
#include "core/measure/measure.h"
#include "core/measure/placement.h"
#include "core/measure/profile_json.h"
#include "core/measure/reading.h"

namespace vernier {
namespace {

Measurement read_measurement(const Json& json) {
    Measurement m;
    m.model = json.at("model").get<std::string>();
    m.sha256 = json.at("sha256").get<std::string>();
    m.size_bytes = json.at("size_bytes").get<std::uint64_t>();
    m.session_start_ms = number_from(json.at("session_start_ms"));
    m.first_run_ms = number_from(json.at("first_run_ms"));
    m.peak_rss_bytes = json.at("peak_rss_bytes").get<std::uint64_t>();
    m.latency = latency_from_json(json.at("latency_ms"));
    m.accuracy = accuracy_from_json(json.at("accuracy"));
    if (const auto metrics = json.find("metrics"); metrics != json.end()) m.metrics = metrics_from_json(*metrics);
    if (const auto samples = json.find("metric_samples"); samples != json.end()) m.command_samples = sums_from_json(*samples);
    take_outputs(json, m);
    if (json.contains("answers")) m.answers = answers_from_json(json.at("answers"));
    m.profile = profile_from_json(json.at("profile"));
    m.run = target_from_json(json.at("runtime"));
    m.data_name = json.at("data").at("name").get<std::string>();
    m.data_fingerprint = json.at("data").at("fingerprint").get<std::string>();
    m.samples = json.at("data").at("samples").get<std::uint64_t>();
    m.seed = json.value("seed", std::uint64_t{0});
    m.task = task_named(json.value("task", std::string())).value_or(Task::none);
    m.host = host_from_json(json.at("host"));
    m.date = json.at("date").get<std::string>();
    m.vernier_version = json.at("vernier_version").get<std::string>();
    return m;
}

}  // namespace

Json profile_json(const std::vector<ProfileEvent>& events) {
    Json json = Json::array();
    for (const ProfileEvent& event : events) {
        json.push_back({{"node", event.node},
                        {"op_type", event.op_type},
                        {"provider", event.provider},
                        {"microseconds", number_json(event.microseconds)},
                        {"runs", event.runs},
                        {"input_types", event.input_types}});
    }
    return json;
}

std::vector<ProfileEvent> profile_from_json(const Json& json) {
    std::vector<ProfileEvent> events;
    for (const Json& item : json) {
        events.push_back({item.at("node").get<std::string>(), item.at("op_type").get<std::string>(), item.at("provider").get<std::string>(),
                          number_from(item.at("microseconds")), item.at("runs").get<std::uint64_t>(), item.at("input_types").get<std::string>()});
    }
    return events;
}

Json to_json(const Measurement& measurement, bool with_samples) {
    Json json = {{"model", measurement.model.string()},
                 {"sha256", measurement.sha256},
                 {"size_bytes", measurement.size_bytes},
                 {"latency_ms", latency_json(measurement.latency, with_samples)},
                 {"session_start_ms", number_json(measurement.session_start_ms)},
                 {"first_run_ms", number_json(measurement.first_run_ms)},
                 {"cold_start_ms", cold_start_json(measurement)},
                 {"peak_rss_bytes", measurement.peak_rss_bytes},
                 {"accuracy", accuracy_json(measurement.accuracy)},
                 {"metrics", metrics_json(measurement.metrics)}};
    put_outputs(json, measurement, with_samples);
    json["task"] = name(measurement.task);
    json["runtime"] = to_json(measurement.run);
    json["ran_on"] = to_json(placement(measurement.profile));
    json["data"] = {{"name", measurement.data_name}, {"fingerprint", measurement.data_fingerprint}, {"samples", measurement.samples}};
    json["seed"] = measurement.seed;
    json["host"] = to_json(measurement.host);
    json["date"] = measurement.date;
    json["vernier_version"] = measurement.vernier_version;
    json["profile"] = profile_json(measurement.profile);
    if (with_samples && !measurement.command_samples.empty()) json["metric_samples"] = sums_json(measurement.command_samples);
    if (with_samples) json["answers"] = answers_json(measurement.answers);
    return json;
}

Measurement measurement_from_json(const Json& json) {
    return reading("measurement", [&] { return read_measurement(json); });
}

}  // namespace vernier
