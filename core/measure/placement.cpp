// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/placement.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "core/runtime/provider.h"

#include "core/base/json_number.h"

namespace vernier {
namespace {

std::string counted(std::size_t count, std::string_view what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

}  // namespace

bool is_part(const ProfileEvent& event) { return !event.provider.empty() && event.node.starts_with(event.provider + "_"); }

std::vector<Placed> placement(const std::vector<ProfileEvent>& profile) {
    std::vector<Placed> placed;
    double all = 0;
    for (const ProfileEvent& event : profile) {
        const std::string provider = short_provider_name(event.provider);
        auto found = std::find_if(placed.begin(), placed.end(), [&](const Placed& each) { return each.provider == provider; });
        if (found == placed.end()) found = placed.insert(found, Placed{provider});
        ++(is_part(event) ? found->parts : found->operators);
        if (!is_part(event)) found->op_types.insert(event.op_type);
        found->share += event.microseconds;
        all += event.microseconds;
    }
    for (Placed& each : placed) each.share = all > 0 ? each.share / all : 0;
    std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.share > b.share; });
    return placed;
}

std::string text_of(const std::vector<Placed>& placed) {
    std::string text;
    for (const Placed& each : placed) {
        const std::string operators = each.operators > 0 ? counted(each.operators, "operator") : "";
        const std::string parts = each.parts > 0 ? counted(each.parts, "part") : "";
        text += fmt::format("{}{}{}{} on {}", text.empty() ? "" : ", ", parts, parts.empty() || operators.empty() ? "" : " and ", operators, each.provider);
    }
    return text;
}

Json to_json(const std::vector<Placed>& placed) {
    if (placed.empty()) return nullptr;
    Json list = Json::array();
    for (const Placed& each : placed)
        list.push_back({{"provider", each.provider}, {"parts", each.parts}, {"operators", each.operators}, {"share", number_json(each.share)}});
    return list;
}

}  // namespace vernier
