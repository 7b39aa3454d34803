// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/plan_file.h"

namespace vernier {

PlannedFile plan_file(const RuntimePtr& runtime, const std::filesystem::path& path, const Recipe& recipe, const Job& job, const SizeChoices& sizes) {
    PlannedFile planned;
    planned.model = open_for_work(runtime, path, job, sizes);
    job.step("plan", 0, 0);
    planned.recipe = reanchored(recipe, *planned.model);
    planned.plan = make_plan(planned.model, planned.recipe);
    job.check();
    for (const Finding& finding : planned.plan.findings) job.report(finding);
    return planned;
}

Json nodes_json(const Plan& plan, const Model& model) {
    Json nodes = Json::array();
    for (const NodePlan& entry : plan.nodes) {
        const Node& node = model.node(entry.node);
        Json json = {{"id", node.id},   {"name", node.label}, {"op", node.op_type}, {"chosen", id(entry.chosen.method)}, {"applied", id(entry.applied)},
                     {"why", entry.why}};
        if (entry.applied == Method::fp32 && entry.already != Precision::fp32) json["already"] = id(entry.already);
        if (entry.absorbed) json["absorbed"] = true;
        if (entry.chosen.explicit_choice()) json["rule"] = entry.chosen.rule;
        nodes.push_back(std::move(json));
    }
    return nodes;
}

Json counts_json(const Plan& plan) {
    Json counts = Json::object();
    for (const MethodSpec& method : methods()) counts[std::string(method.id)] = plan.count(method.method);
    return counts;
}

Json already_json(const Plan& plan) {
    Json counts = Json::object();
    for (const Precision precision : kPrecisions)
        if (const std::size_t count = plan.count(precision); count > 0 && precision != Precision::fp32) counts[std::string(id(precision))] = count;
    return counts;
}

Json to_json(const PlannedFile& planned) {
    return {{"model", planned.model->path().string()},
            {"recipe", to_json(planned.recipe)},
            {"size_bytes", planned.model->size_bytes()},
            {"size_estimate_bytes", planned.plan.size_estimate_bytes},
            {"counts", counts_json(planned.plan)},
            {"already", already_json(planned.plan)},
            {"nodes", nodes_json(planned.plan, *planned.model)},
            {"findings", to_json(planned.plan.findings)}};
}

}  // namespace vernier
