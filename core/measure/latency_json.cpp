// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/latency_json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/base/json_number.h"
#include "core/measure/latency.h"

namespace vernier {
namespace {

constexpr std::array<std::pair<const char*, std::optional<Interval> Latency::*>, 3> kIntervals{
    {{"p90_interval", &Latency::p90_interval}, {"p99_interval", &Latency::p99_interval}, {"mean_interval", &Latency::mean_interval}}};

using Blocks = std::vector<std::vector<double>>;

/// The number of its blocks is there only with the blocks themselves, which cannot be told apart without it.
Json launch_json(const Launch& launch, bool with_samples) {
    Json json = {{"session_start_ms", number_json(launch.session_start_ms)},
                 {"first_run_ms", number_json(launch.first_run_ms)},
                 {"peak_rss_bytes", launch.peak_rss_bytes},
                 {"after_pause_ms", numbers_json(launch.after_pause_ms)}};
    if (with_samples) json["blocks"] = launch.blocks.size();
    return json;
}

/// Takes as many of the blocks as the launch had; they are there only in a document with samples.
Launch launch_from(const Json& json, Blocks& blocks, std::size_t& next) {
    Launch launch{number_from(json.at("session_start_ms")),
                  number_from(json.at("first_run_ms")),
                  json.at("peak_rss_bytes").get<std::uint64_t>(),
                  {},
                  numbers_from(json.at("after_pause_ms"))};
    const auto count = std::min(json.value("blocks", std::size_t{0}), blocks.size() - next);
    for (std::size_t i = 0; i < count; ++i) launch.blocks.push_back(std::move(blocks[next++]));
    return launch;
}

}  // namespace

Json interval_json(const Interval& interval) { return Json::array({number_json(interval.lo), number_json(interval.hi)}); }

Interval interval_from_json(const Json& json) { return {number_from(json.at(0)), number_from(json.at(1))}; }

Json latency_json(const Latency& latency, bool with_samples) {
    const std::uint64_t needed = runs_needed(0.99);
    Json json = {{"p50", number_json(latency.p50)},
                 {"p90", number_json(latency.p90)},
                 {"p99", number_json(latency.p99)},
                 {"mean", number_json(latency.mean)},
                 {"n", latency.n}};
    json["p50_interval"] = interval_json(latency.p50_interval);
    for (const auto& [name, place] : kIntervals) json[name] = latency.*place ? interval_json(*(latency.*place)) : Json(nullptr);
    json["p99_runs_missing"] = latency.n < needed ? needed - latency.n : 0;
    json["after_pause"] = latency.after_pause == 0 ? Json(nullptr) : number_json(latency.after_pause);
    json["two_speeds"] = latency.two_speeds ? interval_json(*latency.two_speeds) : Json(nullptr);
    json["launches"] = Json::array();
    for (const Launch& launch : latency.launches) json["launches"].push_back(launch_json(launch, with_samples));
    json["quantiles"] = numbers_json(latency.quantiles);
    if (with_samples) {
        json["blocks"] = Json::array();
        for (const Launch& launch : latency.launches)
            for (const auto& block : launch.blocks) json["blocks"].push_back(numbers_json(block));
    }
    return json;
}

Latency latency_from_json(const Json& json) {
    Latency latency;
    latency.p50 = number_from(json.at("p50"));
    latency.p90 = optional_number(json, "p90");
    latency.p99 = optional_number(json, "p99");
    latency.mean = number_from(json.at("mean"));
    latency.n = json.at("n").get<std::uint64_t>();
    latency.p50_interval = interval_from_json(json.at("p50_interval"));
    for (const auto& [name, place] : kIntervals)
        if (const auto found = json.find(name); found != json.end() && !found->is_null()) latency.*place = interval_from_json(*found);
    latency.after_pause = optional_number(json, "after_pause").value_or(0);
    if (json.contains("two_speeds") && !json.at("two_speeds").is_null()) latency.two_speeds = interval_from_json(json.at("two_speeds"));
    if (json.contains("quantiles")) latency.quantiles = numbers_from(json.at("quantiles"));
    Blocks blocks;
    if (json.contains("blocks"))
        for (const Json& block : json.at("blocks")) blocks.push_back(numbers_from(block));
    std::size_t next = 0;
    for (const Json& launch : json.value("launches", Json::array())) latency.launches.push_back(launch_from(launch, blocks, next));
    return latency;
}

Json cold_start_json(const Measurement& measurement) {
    return {{"download", download_ms(measurement.size_bytes)},
            {"session_start", number_json(measurement.session_start_ms)},
            {"first_run", number_json(measurement.first_run_ms)},
            {"total", number_json(cold_start_ms(measurement))}};
}

}  // namespace vernier
