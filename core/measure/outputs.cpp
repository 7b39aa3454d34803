// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_number.h"

namespace vernier {
namespace {

ElementType type_named(const std::string& text) {
    constexpr int kLast = static_cast<int>(ElementType::float4e2m1);
    for (int i = 0; i <= kLast; ++i)
        if (name(static_cast<ElementType>(i)) == text) return static_cast<ElementType>(i);
    return ElementType::undefined;
}

}  // namespace

bool is_broken(const OutputFigures& output) {
    if (output.problem == "missing" || output.problem.starts_with("rank") || output.lost > 0) return true;
    return output.sqnr_db && !(*output.sqnr_db >= kBrokenDb);
}

double closeness(const OutputFigures& output) {
    constexpr double most = 200, least = -1000;
    if (output.problem == "missing" || output.problem.starts_with("rank")) return least;
    if (output.other_shape > 0) return least + 1;
    if (output.lost > 0) return least + 2;
    if (output.sqnr_db) return std::isnan(*output.sqnr_db) ? least + 3 : *output.sqnr_db;
    if (!output.equal || *output.equal >= 100) return most;
    return std::min(most, -10 * std::log10(1 - *output.equal / 100));
}

void worst_first(std::vector<OutputFigures>& outputs) {
    std::stable_sort(outputs.begin(), outputs.end(), [](const OutputFigures& a, const OutputFigures& b) { return closeness(a) < closeness(b); });
}

std::string text_of(const OutputFigures& output) {
    if (!output.problem.empty()) return output.problem;
    const char* word = output.nan > 0 ? "NaN" : "infinity";
    if (output.lost > 0) return fmt::format("{} on {} of {} samples", word, output.lost, output.samples);
    if (output.other_shape > 0) return fmt::format("another shape on {} of {} samples", output.other_shape, output.samples);
    if (output.equal) return fmt::format("{:.2f} % equal", *output.equal);
    if (output.sqnr_db) return *output.sqnr_db >= 200 ? "equal" : fmt::format("SQNR {:.1f} dB", *output.sqnr_db);
    if (!output.finite()) return fmt::format("{} on {} of {} samples", word, std::max(output.nan, output.infinite), output.samples);
    return "finite";
}

Json sums_json(const std::map<std::string, std::vector<SampleSums>>& sums) {
    Json json = Json::object();
    for (const auto& [id, samples] : sums) {
        Json& list = json[id] = Json::array();
        for (const SampleSums& sample : samples) {
            Json one = Json::array();
            for (const double sum : sample.sums) one.push_back(number_json(sum));
            one.push_back(sample.values);
            list.push_back(std::move(one));
        }
    }
    return json;
}

std::map<std::string, std::vector<SampleSums>> sums_from_json(const Json& json) {
    std::map<std::string, std::vector<SampleSums>> sums;
    for (const auto& [id, list] : json.items()) {
        for (const Json& one : list) {
            SampleSums& sample = sums[id].emplace_back();
            for (std::size_t i = 0; i < sample.sums.size(); ++i) sample.sums[i] = number_from(one.at(i));
            sample.values = one.at(sample.sums.size()).get<std::uint64_t>();
        }
    }
    return sums;
}

Json metrics_json(const std::map<std::string, MetricValue>& metrics) {
    Json json = Json::object();
    for (const auto& [id, metric] : metrics) {
        json[id] = {{"value", number_json(metric.value)}, {"interval", nullptr}, {"n", metric.n}};
        if (metric.interval) json[id]["interval"] = {number_json(metric.interval->lo), number_json(metric.interval->hi)};
    }
    return json;
}

std::map<std::string, MetricValue> metrics_from_json(const Json& json) {
    std::map<std::string, MetricValue> metrics;
    for (const auto& [id, item] : json.items()) {
        if (item.value("relative", false)) continue;  // made of other fields
        MetricValue& metric = metrics[id];
        metric.value = number_from(item.at("value"));
        metric.n = item.value("n", std::uint64_t{0});
        if (const Json& interval = item.at("interval"); !interval.is_null())
            metric.interval = Interval{number_from(interval.at(0)), number_from(interval.at(1))};
    }
    return metrics;
}

Json to_json(const std::vector<OutputFigures>& outputs, bool with_samples) {
    Json json = Json::array();
    for (const OutputFigures& output : outputs) {
        Json item = {{"name", output.name}, {"type", name(output.type)}, {"samples", output.samples}};
        item["sqnr_db"] = number_json(output.sqnr_db);
        item["sqnr_interval"] = output.sqnr_db ? Json::array({number_json(output.sqnr_interval.lo), number_json(output.sqnr_interval.hi)}) : Json();
        item["cosine"] = number_json(output.cosine);
        item["equal"] = number_json(output.equal);
        item["finite"] = output.finite();
        item["nan_samples"] = output.nan;
        item["infinite_samples"] = output.infinite;
        item["lost_samples"] = output.lost;
        item["other_shape_samples"] = output.other_shape;
        item["problem"] = output.problem.empty() ? Json() : Json(output.problem);
        if (!output.metrics.empty()) item["metrics"] = metrics_json(output.metrics);
        if (with_samples && !output.sums.empty()) item["sums"] = sums_json(output.sums);
        json.push_back(std::move(item));
    }
    return json;
}

std::vector<OutputFigures> outputs_from_json(const Json& json) {
    std::vector<OutputFigures> outputs;
    for (const Json& item : json) {
        OutputFigures output;
        output.name = item.at("name").get<std::string>();
        output.type = type_named(item.at("type").get<std::string>());
        output.samples = item.at("samples").get<std::uint64_t>();
        output.sqnr_db = optional_number(item, "sqnr_db");
        if (output.sqnr_db) output.sqnr_interval = {number_from(item.at("sqnr_interval").at(0)), number_from(item.at("sqnr_interval").at(1))};
        output.cosine = optional_number(item, "cosine");
        output.equal = optional_number(item, "equal");
        output.nan = item.at("nan_samples").get<std::uint64_t>();
        output.infinite = item.at("infinite_samples").get<std::uint64_t>();
        output.lost = item.at("lost_samples").get<std::uint64_t>();
        output.other_shape = item.at("other_shape_samples").get<std::uint64_t>();
        if (item.at("problem").is_string()) output.problem = item.at("problem").get<std::string>();
        if (item.contains("metrics")) output.metrics = metrics_from_json(item.at("metrics"));
        if (item.contains("sums")) output.sums = sums_from_json(item.at("sums"));
        outputs.push_back(std::move(output));
    }
    return outputs;
}

}  // namespace vernier
