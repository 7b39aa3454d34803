// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/origin.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <vector>

#include "core/base/json_depth.h"
#include "core/base/number_text.h"

namespace vernier {
namespace {

constexpr const char* kKey = "vernier";

}  // namespace

Method Origin::main_method() const {
    Method best = Method::fp32;
    std::size_t most = 0;
    for (const auto& [method, count] : counts) {
        if (method == Method::fp32 || count <= most) continue;
        best = method;
        most = count;
    }
    return best;
}

std::string Origin::text() const {
    std::vector<std::pair<std::size_t, Method>> rows;
    std::size_t total = 0;
    for (const auto& [method, count] : counts) {
        total += count;
        if (count > 0) rows.emplace_back(count, method);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text;
    for (const auto& [count, method] : rows)
        text += text.empty() ? fmt::format("{} of {} nodes {}", grouped(count), grouped(total), row(method).title)
                             : fmt::format(", {} {}", grouped(count), row(method).title);
    return text;
}

Json to_json(const Origin& origin) {
    Json counts = Json::object();
    for (const auto& [method, count] : origin.counts) counts[std::string(id(method))] = count;
    return {
        {"version", origin.version}, {"source_sha256", origin.source_sha256},
        {"recipe", origin.recipe},   {"recipe_sha256", origin.recipe_sha256},
        {"counts", counts},          {"data", {{"name", origin.data_name}, {"fingerprint", origin.data_fingerprint}, {"samples", origin.calibration_samples}}}};
}

Origin origin_from_json(const Json& json) {
    Origin origin;
    origin.version = json.value("version", std::string());
    origin.source_sha256 = json.value("source_sha256", std::string());
    origin.recipe = json.value("recipe", Json());
    origin.recipe_sha256 = json.at("recipe_sha256").get<std::string>();
    for (const MethodSpec& row : methods())
        if (const auto found = json.at("counts").find(std::string(row.id)); found != json.at("counts").end())
            origin.counts[row.method] = found->get<std::size_t>();
    origin.data_name = json.at("data").at("name").get<std::string>();
    origin.data_fingerprint = json.at("data").value("fingerprint", std::string());
    origin.calibration_samples = json.at("data").at("samples").get<std::uint64_t>();
    return origin;
}

void write_origin(onnx::ModelProto& model, const Origin& origin) {
    onnx::StringStringEntryProto* entry = nullptr;
    for (auto& candidate : *model.mutable_metadata_props())
        if (candidate.key() == kKey) entry = &candidate;
    if (entry == nullptr) entry = model.add_metadata_props();
    entry->set_key(kKey);
    entry->set_value(to_json(origin).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::optional<Origin> read_origin(const onnx::ModelProto& model) {
    for (const auto& entry : model.metadata_props()) {
        if (entry.key() != kKey || nests_too_deeply(entry.value())) continue;
        try {
            return origin_from_json(Json::parse(entry.value()));
        } catch (const Json::exception&) {
            return std::nullopt;  // a note of somebody else under our key
        }
    }
    return std::nullopt;
}

}  // namespace vernier
