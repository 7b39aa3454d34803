// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/runtime/runtime.h"

namespace vernier {

namespace {

constexpr std::array<std::pair<GraphLevel, std::string_view>, 4> kLevels{{
    {GraphLevel::off, "off"},
    {GraphLevel::basic, "basic"},
    {GraphLevel::extended, "extended"},
    {GraphLevel::all, "all"},
}};

GraphLevel level_from_name(const std::string& text) {
    for (const auto& [level, known] : kLevels) {
        if (known == text) {
            return level;
        }
    }
    throw Error(ErrorKind::bad_data, fmt::format("unknown graph level \"{}\"", text), {},
                "use off, basic, extended or all");
}

}  // namespace

std::string_view name(GraphLevel level) {
    for (const auto& [known, text] : kLevels) {
        if (known == level) {
            return text;
        }
    }
    return "unknown";
}

Json to_json(const RunOptions& options) {
    Json json = {{"threads", options.threads},
                 {"level", name(options.level)},
                 {"provider", options.provider}};
    Json config = Json::object();
    for (const auto& [key, value] : options.config) {
        config[key] = value;
    }
    json["config"] = std::move(config);
    return json;
}

RunOptions run_options_from_json(const Json& json) {
    try {
        RunOptions options;
        options.threads = json.value("threads", options.threads);
        options.level = level_from_name(json.value("level", std::string(name(options.level))));
        options.provider = json.value("provider", options.provider);
        if (json.contains("config")) {
            options.config = json.at("config").get<std::map<std::string, std::string>>();
        }
        return options;
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::bad_data, fmt::format("run options cannot be read: {}", error.what()));
    }
}

}  // namespace vernier
