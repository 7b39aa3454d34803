// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_depth.h"

namespace vernier {
namespace fs = std::filesystem;

Fields::Fields(const Json& json, fs::path file, std::string prefix) : json_(json), file_(std::move(file)), prefix_(std::move(prefix)) {
    if (json_.is_object()) return;
    const std::string what = prefix_.empty() ? "is not a JSON object" : fmt::format("'{}' is not an object", prefix_);
    throw Error(ErrorKind::bad_data, what, {.file = file_.string()});
}

void Fields::fail(const std::string& key, const std::string& what, const std::string& remedy) const {
    const std::string whole = prefix_.empty() ? key : prefix_ + "." + key;
    throw Error(ErrorKind::bad_data, fmt::format("'{}' {}", whole, what), {.file = file_.string()}, remedy);
}

const Json* Fields::find(const std::string& key) {
    seen_.insert(key);
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool Fields::has(const std::string& key) { return find(key) != nullptr; }

const Json& Fields::need(const std::string& key) {
    const Json* value = find(key);
    if (value == nullptr) fail(key, "is missing");
    return *value;
}

std::string Fields::text(const std::string& key) {
    const Json& value = need(key);
    if (!value.is_string()) fail(key, "is not a text");
    return value.get<std::string>();
}

std::optional<std::string> Fields::text_if(const std::string& key) {
    if (!has(key)) return std::nullopt;
    return text(key);
}

std::int64_t Fields::integer(const std::string& key, std::int64_t low, std::int64_t high) {
    const Json& value = need(key);
    if (!value.is_number_integer()) fail(key, "is not a whole number");
    const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
    const std::int64_t number = huge ? INT64_MAX : value.get<std::int64_t>();
    if (number < low || number > high) fail(key, fmt::format("is {}, but must be from {} to {}", value.dump(), low, high));
    return number;
}

std::optional<float> Fields::number_if(const std::string& key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number() || !std::isfinite(value->get<float>())) fail(key, "is not a number");
    return value->get<float>();
}

std::vector<float> Fields::numbers(const std::string& key) {
    const Json* value = find(key);
    if (value == nullptr) return {};
    std::vector<float> out;
    if (value->is_number() && std::isfinite(value->get<float>())) return {value->get<float>()};
    if (!value->is_array() || value->empty()) fail(key, "is neither a number nor a list of numbers");
    for (const Json& item : *value) {
        if (!item.is_number() || !std::isfinite(item.get<float>())) fail(key, "holds something that is not a number");
        out.push_back(item.get<float>());
    }
    return out;
}

Fields Fields::object(const std::string& key) { return Fields(need(key), file_, prefix_.empty() ? key : prefix_ + "." + key); }

std::vector<std::string> Fields::keys() const {
    std::vector<std::string> out;
    for (const auto& item : json_.items()) out.push_back(item.key());
    return out;
}

fs::path Fields::path(const std::string& key) { return inside(key, text(key)); }

fs::path Fields::inside(const std::string& key, const std::string& relative) const {
    if (!stays_inside(relative))
        fail(key, fmt::format("is '{}', which leads out of the dataset's folder", relative), "Give paths relative to the dataset file, without '..'");
    return file_.parent_path() / relative;
}

void Fields::note_unknown(std::vector<Finding>& findings) const {
    for (const std::string& key : keys()) {
        if (seen_.contains(key)) continue;
        findings.push_back(
            {.code = "dataset-unknown-key",
             .text = fmt::format("The dataset file has a key '{}{}{}' that is not known and was ignored.", prefix_, prefix_.empty() ? "" : ".", key)});
    }
}

bool stays_inside(const fs::path& relative) {
    if (relative.empty() || relative.is_absolute() || relative.string().find('\0') != std::string::npos) return false;
    return std::none_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
}

Json parse_json(const std::string& text, const std::string& where) {
    if (nests_too_deeply(text)) throw Error(ErrorKind::bad_data, fmt::format("nests its JSON deeper than {}", kDeepestJson), {.file = where});
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        std::string what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
        if (const auto end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
        throw Error(ErrorKind::bad_data, fmt::format("is not valid JSON: {}", what), {.file = where});
    }
}

}  // namespace vernier
