// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/search_state.h"

#include <cmath>
#include <system_error>

#include "core/base/error.h"
#include "core/base/file.h"

namespace vernier {
namespace {

std::optional<double> optional_number(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? std::nullopt : std::optional(found->get<double>());
}

Json number_json(const std::optional<double>& number) { return number && std::isfinite(*number) ? Json(*number) : Json(nullptr); }

Outcome outcome_of(const Json& json) {
    const auto text = json.get<std::string>();
    for (const Outcome each : {Outcome::passed, Outcome::failed, Outcome::inconclusive})
        if (text == name(each)) return each;
    return Outcome::not_judged;
}

std::string text_of(const UnitSet& set) {
    std::string text;
    for (const bool unit : set) text += unit ? '1' : '0';
    return text;
}

UnitSet set_of(const std::string& text) {
    UnitSet set;
    for (const char unit : text) set.push_back(unit == '1');
    return set;
}

Json mixes_json(const std::vector<TimeSeen>& mixes) {
    Json json = Json::array();
    for (const TimeSeen& mix : mixes) json.push_back({{"set", text_of(mix.quantized)}, {"ms", mix.ms}, {"units_ms", mix.units_ms}});
    return json;
}

std::vector<TimeSeen> mixes_from(const Json& json) {
    std::vector<TimeSeen> mixes;
    for (const Json& each : json)
        mixes.push_back({set_of(each.at("set").get<std::string>()), each.at("ms").get<double>(), each.at("units_ms").get<std::vector<double>>()});
    return mixes;
}

const char* name_of(SearchState::On samples) { return samples == SearchState::On::selection ? "selection" : "report"; }

}  // namespace

Json to_json(const Validation& seen) {
    Json json = {{"ms", number_json(seen.ms)},
                 {"ms_low", number_json(seen.ms_interval.lo)},
                 {"ms_high", number_json(seen.ms_interval.hi)},
                 {"error", number_json(seen.error)},
                 {"error_low", seen.error ? number_json(seen.error_interval.lo) : Json(nullptr)},
                 {"error_high", seen.error ? number_json(seen.error_interval.hi) : Json(nullptr)},
                 {"metric", number_json(seen.metric)}};
    json["metric_low"] = seen.metric ? number_json(seen.metric_interval.lo) : Json(nullptr);
    json["metric_high"] = seen.metric ? number_json(seen.metric_interval.hi) : Json(nullptr);
    json["answers"] = name(seen.answers);
    json["speed"] = name(seen.speed);
    json["within"] = seen.within;
    json["room"] = number_json(seen.room);
    if (seen.counts.samples > 0) json["counts"] = {{"lost", seen.counts.lost}, {"gained", seen.counts.gained}, {"samples", seen.counts.samples}};
    if (!seen.units_ms.empty()) json["regions_ms"] = seen.units_ms;
    if (!seen.trouble.empty()) json["trouble"] = seen.trouble;
    return json;
}

Validation validation_from_json(const Json& json) {
    Validation seen;
    seen.trouble = json.value("trouble", "");
    seen.ms = optional_number(json, "ms").value_or(0);
    seen.ms_interval = {optional_number(json, "ms_low").value_or(0), optional_number(json, "ms_high").value_or(0)};
    seen.error = optional_number(json, "error");
    seen.error_interval = {optional_number(json, "error_low").value_or(0), optional_number(json, "error_high").value_or(0)};
    seen.metric = optional_number(json, "metric");
    seen.metric_interval = {optional_number(json, "metric_low").value_or(0), optional_number(json, "metric_high").value_or(0)};
    seen.answers = outcome_of(json.at("answers"));
    seen.speed = outcome_of(json.at("speed"));
    seen.within = json.at("within").get<bool>();
    seen.room = optional_number(json, "room");
    if (const auto counts = json.find("counts"); counts != json.end())
        seen.counts = {counts->at("lost").get<std::uint64_t>(), counts->at("gained").get<std::uint64_t>(), counts->at("samples").get<std::uint64_t>()};
    if (const auto units = json.find("regions_ms"); units != json.end()) seen.units_ms = units->get<std::vector<double>>();
    return seen;
}

SearchState::SearchState(std::filesystem::path file, std::string key) : file_(std::move(file)) {
    constexpr std::size_t kMost = std::size_t{64} << 20U;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file_, ignored)) {
        try {
            state_ = Json::parse(read_file(file_, kMost));
            seconds_before_ = state_.is_object() && state_.value("key", "") == key ? state_.at("seconds").get<double>() : 0;
        } catch (const nlohmann::json::exception&) {
            state_ = nullptr;  // written by someone else
        } catch (const Error&) {
            state_ = nullptr;
        }
    }
    if (!state_.is_object() || state_.value("key", Json()) != Json(key))
        state_ = {{"vernier_search_state", 2},
                  {"key", key},
                  {"seconds", 0.0},
                  {"times", nullptr},
                  {"unexecuted", nullptr},
                  {"errors", Json::object()},
                  {"selection", Json::object()},
                  {"report", Json::object()}};
}

std::optional<SearchTimes> SearchState::times() const {
    const Json& json = state_.at("times");
    if (json.is_null()) return std::nullopt;
    SearchTimes times;
    times.fp32_ms = json.at("fp32_ms").get<double>();
    times.base_ms = json.at("base_ms").get<double>();
    times.float_ms = json.at("float_ms").get<std::vector<double>>();
    times.quantized_ms = json.at("quantized_ms").get<std::vector<double>>();
    times.conversions = {json.at("call_ms").get<double>(), json.at("quantize_ms").get<double>(), json.at("dequantize_ms").get<double>()};
    times.mixes = mixes_from(json.at("mixes"));
    return times;
}

void SearchState::keep(const SearchTimes& times) {
    state_["times"] = {{"fp32_ms", times.fp32_ms},
                       {"base_ms", times.base_ms},
                       {"float_ms", times.float_ms},
                       {"quantized_ms", times.quantized_ms},
                       {"call_ms", times.conversions.call_ms},
                       {"quantize_ms", times.conversions.quantize_ms},
                       {"dequantize_ms", times.conversions.dequantize_ms},
                       {"mixes", mixes_json(times.mixes)}};
    write();
}

std::optional<Validation> SearchState::validation(const UnitSet& set, On samples) const {
    const Json& all = state_.at(name_of(samples));
    const auto found = all.find(text_of(set));
    return found == all.end() ? std::nullopt : std::optional(validation_from_json(*found));
}

void SearchState::keep(const UnitSet& set, On samples, const Validation& validation) {
    state_[name_of(samples)][text_of(set)] = to_json(validation);
    write();
}

std::optional<SetError> SearchState::error(const UnitSet& set) const {
    const Json& all = state_.at("errors");
    const auto found = all.find(text_of(set));
    if (found == all.end()) return std::nullopt;
    return SetError{found->at(0).get<double>(), {found->at(1).get<double>(), found->at(2).get<double>()}};
}

void SearchState::keep_error(const UnitSet& set, const SetError& error) {
    const auto finite = [](double value) { return std::isfinite(value) ? value : 1e30; };
    state_["errors"][text_of(set)] = {finite(error.error), finite(error.interval.lo), finite(error.interval.hi)};
    write();
}

std::optional<std::vector<NodeId>> SearchState::unexecuted() const {
    const Json& json = state_.at("unexecuted");
    return json.is_null() ? std::nullopt : std::optional(json.get<std::vector<NodeId>>());
}

void SearchState::keep_unexecuted(const std::vector<NodeId>& nodes) {
    state_["unexecuted"] = nodes;
    write();
}

void SearchState::keep_seconds(double seconds) {
    state_["seconds"] = seconds_before_ + seconds;
    write();
}

void SearchState::write() const { write_file(file_, state_.dump(1) + "\n"); }

}  // namespace vernier
