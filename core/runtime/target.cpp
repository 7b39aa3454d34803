// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/target.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"

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
    throw Error(ErrorKind::bad_data, fmt::format("unknown graph level \"{}\"", text), {}, "use off, basic, extended or all");
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

Target Target::at(GraphLevel other) const {
    Target target = *this;
    target.level = other;
    return target;
}

Target Target::on_threads(int count) const {
    Target target = *this;
    target.threads = count;
    return target;
}

Json to_json(const Target& target) {
    Json json = Json::object();
    if (!target.library.version.empty()) {
        json["version"] = target.library.version;
    }
    json["threads"] = target.threads;
    json["level"] = name(target.level);
    json["provider"] = target.provider;
    if (!target.provider_options.empty()) {
        json["provider_options"] = target.provider_options;
    }
    Json config = Json::object();
    for (const auto& [key, value] : target.config) {
        config[key] = value;
    }
    json["config"] = std::move(config);
    if (!target.library.path.empty()) {
        json["path"] = target.library.path;
    }
    return json;
}

Target target_from_json(const Json& json) {
    using Texts = std::map<std::string, std::string>;
    try {
        Target target;
        target.library.version = json.value("version", std::string());
        target.library.path = json.value("path", std::string());
        target.threads = json.value("threads", target.threads);
        target.level = level_from_name(json.value("level", std::string(name(target.level))));
        target.provider = json.value("provider", target.provider);
        target.provider_options = json.value("provider_options", Texts());
        target.config = json.value("config", Texts());
        return target;
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::bad_data, fmt::format("a target cannot be read: {}", error.what()));
    }
}

}  // namespace vernier
