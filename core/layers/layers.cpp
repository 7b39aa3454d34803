// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/json_number.h"
#include "core/measure/profile_trust.h"
#include "core/measure/reading.h"

namespace vernier {
namespace {

constexpr int kSchema = 1;
constexpr std::string_view kInto = " into #";

std::string executed_text(const LayerNode& node) {
    return node.fused_into == kNone ? node.executed : fmt::format("{}{}{}", node.executed, kInto, node.fused_into);
}

void take_executed(const std::string& text, LayerNode& node) {
    const std::size_t at = text.find(kInto);
    node.executed = text.substr(0, at);
    if (at == std::string::npos) return;
    const char* begin = text.data() + at + kInto.size();
    const char* end = text.data() + text.size();
    if (const auto [stop, error] = std::from_chars(begin, end, node.fused_into); error != std::errc{} || stop != end) {
        throw Error(ErrorKind::bad_data, fmt::format("\"{}\" is not a way in which a node is executed", text));
    }
}

Json node_json(const LayerNode& node) {
    return {{"id", node.id},
            {"name", node.name},
            {"op", node.op},
            {"region", node.region < 0 ? Json(nullptr) : Json(node.region)},
            {"chosen", node.chosen},
            {"applied", node.applied},
            {"executed", executed_text(node)},
            {"runs_as", node.runs_as},
            {"reason", node.reason},
            {"fp32_ms", number_json(node.fp32_ms)},
            {"ms", number_json(node.ms)},
            {"fp32_conversions_ms", number_json(node.fp32_conversions_ms)},
            {"conversions_ms", number_json(node.conversions_ms)},
            {"error_alone", number_json(node.error_alone)},
            {"output_sqnr_db", number_json(node.output_sqnr_db)},
            {"group_sqnr_db", number_json(node.group_sqnr_db)},
            {"channel_ratio", number_json(node.channel_ratio)},
            {"dead_channels", number_json(node.dead_channels)},
            {"outlier", number_json(node.outlier)},
            {"outputs_db", number_json(node.outputs_db)},
            {"clipped", number_json(node.clipped)},
            {"why", node.why},
            {"change", node.change}};
}

int region_from(const Json& json, const char* key) {
    const Json& value = json.at(key);
    return value.is_null() ? -1 : value.get<int>();
}

LayerNode node_from(const Json& json) {
    LayerNode node;
    node.id = json.at("id").get<NodeId>();
    node.name = json.at("name").get<std::string>();
    node.op = json.at("op").get<std::string>();
    node.region = region_from(json, "region");
    node.chosen = json.at("chosen").get<std::string>();
    node.applied = json.at("applied").get<std::string>();
    take_executed(json.at("executed").get<std::string>(), node);
    node.runs_as = json.at("runs_as").get<std::string>();
    node.reason = json.at("reason").get<std::string>();
    node.fp32_ms = optional_number(json, "fp32_ms");
    node.ms = optional_number(json, "ms");
    node.fp32_conversions_ms = number_from(json.at("fp32_conversions_ms"));
    node.conversions_ms = number_from(json.at("conversions_ms"));
    node.error_alone = optional_number(json, "error_alone");
    node.output_sqnr_db = optional_number(json, "output_sqnr_db");
    node.group_sqnr_db = optional_number(json, "group_sqnr_db");
    node.channel_ratio = optional_number(json, "channel_ratio");
    node.dead_channels = optional_number(json, "dead_channels");
    node.outlier = optional_number(json, "outlier");
    if (json.contains("outputs_db")) node.outputs_db = optional_number(json, "outputs_db");  // not in evidence that was saved before
    node.clipped = optional_number(json, "clipped");
    node.why = json.at("why").get<std::string>();
    node.change = json.at("change").get<std::string>();
    return node;
}

Json region_json(const LayerRegion& region) {
    return {{"id", region.id},
            {"core", region.core},
            {"name", region.name},
            {"nodes", region.nodes},
            {"error_alone", number_json(region.error_alone)},
            {"kl_alone", number_json(region.kl_alone)},
            {"error_weights", number_json(region.error_weights)},
            {"error_activations", number_json(region.error_activations)},
            {"error_share", number_json(region.error_share)},
            {"error_planned", number_json(region.error_planned)},
            {"error_without", number_json(region.error_without)},
            {"fp32_ms", number_json(region.fp32_ms)},
            {"int8_ms", number_json(region.int8_ms)}};
}

LayerRegion region_from(const Json& json) {
    LayerRegion region;
    region.id = json.at("id").get<int>();
    region.core = json.at("core").get<NodeId>();
    region.name = json.at("name").get<std::string>();
    region.nodes = json.at("nodes").get<std::vector<NodeId>>();
    region.error_alone = optional_number(json, "error_alone");
    region.kl_alone = optional_number(json, "kl_alone");
    region.error_weights = optional_number(json, "error_weights");
    region.error_activations = optional_number(json, "error_activations");
    region.error_share = optional_number(json, "error_share");
    region.error_planned = optional_number(json, "error_planned");
    region.error_without = optional_number(json, "error_without");
    region.fp32_ms = optional_number(json, "fp32_ms");
    region.int8_ms = optional_number(json, "int8_ms");
    return region;
}

Json file_json(const LayerFile& file) {
    return {{"path", file.path},
            {"sha256", file.sha256},
            {"p50_ms", number_json(file.p50_ms)},
            {"profile_ms", number_json(file.profile_ms)},
            {"factor", number_json(file.factor)},
            {"trusted", file.trusted()},
            {"conversions_ms", number_json(file.conversions_ms)},
            {"unassigned_ms", number_json(file.unassigned_ms)}};
}

LayerFile file_from(const Json& json) {
    LayerFile file;
    file.path = json.at("path").get<std::string>();
    file.sha256 = json.at("sha256").get<std::string>();
    file.p50_ms = number_from(json.at("p50_ms"));
    file.profile_ms = number_from(json.at("profile_ms"));
    file.factor = number_from(json.at("factor"));
    file.conversions_ms = number_from(json.at("conversions_ms"));
    file.unassigned_ms = number_from(json.at("unassigned_ms"));
    return file;
}

Json divergence_json(const Divergence& divergence) {
    return {{"node", divergence.node},
            {"name", divergence.name},
            {"region", divergence.region < 0 ? Json(nullptr) : Json(divergence.region)},
            {"tensor", divergence.tensor},
            {"sqnr_db", number_json(divergence.sqnr_db)},
            {"text", divergence.text}};
}

Divergence divergence_from(const Json& json) {
    Divergence divergence;
    divergence.node = json.at("node").get<NodeId>();
    divergence.name = json.at("name").get<std::string>();
    divergence.region = region_from(json, "region");
    divergence.tensor = json.at("tensor").get<std::string>();
    divergence.sqnr_db = optional_number(json, "sqnr_db");
    divergence.text = json.at("text").get<std::string>();
    return divergence;
}

}  // namespace

bool LayerFile::trusted() const { return is_trusted_profile(profile_ms, p50_ms); }

const LayerNode* Layers::find(NodeId id) const {
    const auto found = std::lower_bound(nodes.begin(), nodes.end(), id, [](const LayerNode& node, NodeId wanted) { return node.id < wanted; });
    return found == nodes.end() || found->id != id ? nullptr : &*found;
}

LayerNode* Layers::find(NodeId id) {
    const LayerNode* found = std::as_const(*this).find(id);
    return found == nullptr ? nullptr : &nodes[static_cast<std::size_t>(found - nodes.data())];
}

Json to_json(const Layers& layers) {
    Json nodes = Json::array(), regions = Json::array();
    for (const LayerNode& node : layers.nodes) nodes.push_back(node_json(node));
    for (const LayerRegion& region : layers.regions) regions.push_back(region_json(region));
    return {{"vernier_layers", kSchema},
            {"model", layers.model},
            {"method", layers.method},
            {"sentences", layers.sentences},
            {"first_divergence", layers.first_divergence ? divergence_json(*layers.first_divergence) : Json(nullptr)},
            {"fp32", file_json(layers.fp32)},
            {"quantized", file_json(layers.quantized)},
            {"untimed", layers.untimed},
            {"error_all", number_json(layers.error_all)},
            {"kl_all", number_json(layers.kl_all)},
            {"nodes", std::move(nodes)},
            {"regions", std::move(regions)},
            {"findings", to_json(layers.findings)},
            {"runtime", to_json(layers.run)},
            {"data", layers.data}};
}

Layers layers_from_json(const Json& json) {
    return reading("evidence of layers", [&] {
        if (json.at("vernier_layers").get<int>() != kSchema) {
            throw Error(ErrorKind::bad_data, "the evidence of layers was saved by another version of Vernier");
        }
        Layers layers;
        layers.model = json.at("model").get<std::string>();
        layers.method = json.at("method").get<std::string>();
        layers.sentences = json.at("sentences").get<std::vector<std::string>>();
        if (const Json& place = json.at("first_divergence"); !place.is_null()) layers.first_divergence = divergence_from(place);
        layers.fp32 = file_from(json.at("fp32"));
        layers.quantized = file_from(json.at("quantized"));
        layers.untimed = json.at("untimed").get<bool>();
        layers.error_all = optional_number(json, "error_all");
        layers.kl_all = optional_number(json, "kl_all");
        for (const Json& node : json.at("nodes")) layers.nodes.push_back(node_from(node));
        for (const Json& region : json.at("regions")) layers.regions.push_back(region_from(region));
        for (const Json& finding : json.at("findings")) layers.findings.push_back(finding_from_json(finding));
        layers.run = target_from_json(json.at("runtime"));
        layers.data = json.at("data").get<std::string>();
        return layers;
    });
}

}  // namespace vernier
