// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/finding.h"

#include <array>

namespace vernier {
namespace {
constexpr std::array<std::string_view, 3> kSeverities = {"info", "warning", "serious"};
}

std::string_view name(Severity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }

Json to_json(const Finding& finding) {
    Json json = {{"severity", name(finding.severity)}, {"code", finding.code}, {"text", finding.text}};
    if (finding.node >= 0) json["node"] = finding.node;
    if (!finding.node_name.empty()) json["node_name"] = finding.node_name;
    if (!finding.tensor.empty()) json["tensor"] = finding.tensor;
    if (!finding.remedy.empty()) json["remedy"] = finding.remedy;
    if (!finding.file.empty()) json["file"] = finding.file;
    return json;
}

Json to_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) list.push_back(to_json(finding));
    return list;
}

Finding finding_from_json(const Json& json) {
    Finding finding;
    const std::string severity = json.value("severity", "info");
    for (std::size_t i = 0; i < kSeverities.size(); ++i)
        if (severity == kSeverities[i]) finding.severity = static_cast<Severity>(i);
    finding.code = json.value("code", "");
    finding.node = json.value("node", -1);
    finding.node_name = json.value("node_name", "");
    finding.tensor = json.value("tensor", "");
    finding.text = json.value("text", "");
    finding.remedy = json.value("remedy", "");
    finding.file = json.value("file", "");
    return finding;
}

}  // namespace vernier
