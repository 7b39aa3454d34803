// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Trials that knows what a run of the present recipe was written as.
#include <algorithm>
#include <string>

#include "core/quant/method.h"
#include "ui/session/trials.h"

namespace vernier::ui {

namespace {

/// What the document of `quantize` says became of the nodes; nothing when it is not of this model.
std::optional<Plan> planOf(const Json& document, const std::vector<Choice>& choices) try {
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

/// What the same document says the runtime runs; empty where it does not say it.
std::vector<Executed> executedOf(const Json& document) try {
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

}  // namespace

/// The newest run of this very recipe, or the selected one where it is one of those.
void Trials::findMade() {
    const auto made = [this](const Run& run) { return !run.foreign && run.quantized.is_object() && run.recipe == document_.recipe(); };
    const Run* found = run(currentRun_);
    if (found == nullptr || !made(*found)) {
        const auto newest = std::find_if(runs_.rbegin(), runs_.rend(), made);
        found = newest == runs_.rend() ? nullptr : &*newest;
    }
    const int id = found == nullptr ? 0 : found->id;
    if (id == madeBy_) {
        return;
    }
    madeBy_ = id;
    made_ = found == nullptr ? std::nullopt : planOf(found->quantized, document_.choices());
    executed_ = made_ ? executedOf(found->quantized) : std::vector<Executed>();
    emit madeChanged();
}

}  // namespace vernier::ui
