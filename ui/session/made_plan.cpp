// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/made_plan.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/quant/method.h"

namespace vernier::ui {

std::optional<Plan> planFrom(const Json& document, const std::vector<Choice>& choices) try {
    const auto nodes = document.find("nodes");
    if (nodes == document.end() || !nodes->is_array() || nodes->size() != choices.size()) {
        return std::nullopt;
    }
    Plan plan;
    for (const Json& entry : *nodes) {
        const auto method = method_from_id(entry.value("applied", std::string()));
        if (!method) {
            return std::nullopt;
        }
        const auto id = static_cast<NodeId>(plan.nodes.size());
        plan.nodes.push_back({id, choices[static_cast<std::size_t>(id)], *method, entry.value("why", std::string()), entry.value("absorbed", false)});
    }
    plan.size_estimate_bytes = document.value("size_bytes", std::uint64_t{0});
    return plan;
} catch (const Json::exception&) {
    return std::nullopt;  // a session file of another hand
}

std::vector<Executed> executedFrom(const Json& document) try {
    std::vector<Executed> executed;
    bool known = false;
    for (const Json& entry : document.at("nodes")) {
        const auto found = entry.find("executed");
        executed.push_back(found == entry.end() ? Executed{} : executed_from_json(*found));
        known = known || found != entry.end();
    }
    return known ? executed : std::vector<Executed>();
} catch (const Json::exception&) {
    return {};
}

}  // namespace vernier::ui
