// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/slower.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "core/model/weights.h"

namespace vernier {
namespace {

constexpr double kGlance = 0.1;          ///< seconds of the first look
constexpr double kSeconds = 0.4;         ///< of each comparison where it says that INT8 is slower
constexpr double kSlower = 1.05;         ///< times the opened file
constexpr double kLeastMs = 0.05;        ///< and slower by at least this: below, other things decide
constexpr double kGain = 0.97;           ///< a group stays in float where that takes this share of the time or less
constexpr std::size_t kMostGroups = 6;

using Nodes = std::set<NodeId>;

std::string time_text(double ms) { return ms < 0.1 ? fmt::format("{:.3g} µs", 1000 * ms) : fmt::format("{:.3g} ms", ms); }

bool is_int8(Method method) { return method == Method::int8_static || method == Method::int8_dynamic; }

/// INT8 nodes that nobody chose explicitly, by what they have in common; the most work first.
std::vector<Nodes> groups_of(const Plan& plan, const Model& model) {
    std::map<std::string, Nodes> by_kind;
    for (const NodePlan& node : plan.nodes) {
        if (!is_int8(node.applied) || node.chosen.explicit_choice() || node.absorbed) continue;
        const std::vector<Weight> weights = weights_of(model, node.node);
        if (weights.empty()) continue;
        std::string kind = model.node(node.node).op_type;
        for (const std::int64_t dim : weights.front().tensor->dims) kind += fmt::format(" {}", dim);
        by_kind[kind].insert(node.node);
    }
    std::vector<Nodes> groups;
    for (auto& [kind, nodes] : by_kind) groups.push_back(std::move(nodes));
    std::stable_sort(groups.begin(), groups.end(), [](const Nodes& a, const Nodes& b) { return a.size() > b.size(); });
    if (groups.size() > kMostGroups) groups.resize(kMostGroups);
    return groups;
}

Nodes all_of(const Plan& plan) {
    Nodes nodes;
    for (const NodePlan& node : plan.nodes)
        if (is_int8(node.applied) && !node.chosen.explicit_choice()) nodes.insert(node.node);
    return nodes;
}

bool is_slower(double ms, double fp32_ms) { return ms > kSlower * fp32_ms && ms - fp32_ms > kLeastMs; }

class Search {
public:
    Search(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job)
        : emitting_(emitting), verifier_(verifier), model_(model), written_(written), job_(job) {}

    Slower run() {
        const Plan plan = emitting_.plan();
        if (plan.count(Method::int8_static) + plan.count(Method::int8_dynamic) == 0 || !time(written_, kGlance)) return {};
        if (is_slower(now_, fp32_) && time(written_, kSeconds) && is_slower(now_, fp32_)) try_groups(plan, now_);
        if (now_ > kGain * fp32_) say_nothing_is_gained(plan);
        return std::move(result_);
    }

private:
    /// Milliseconds of a file and of the opened one; false when they cannot be had.
    bool time(const StagedModel& file, double seconds) {
        job_.step("time the model", 0, 0);
        const auto times = verifier_.time({file.readable()}, seconds);
        if (times.size() != 2) return false;
        fp32_ = times[0];
        now_ = times[1];
        return true;
    }

    bool time_with(const Nodes& also_float) { return time(StagedModel(*emitting_.emit(also_float), written_.target()), kSeconds); }

    void try_groups(const Plan& plan, double before) {
        Nodes kept;
        double best = before;
        for (const Nodes& group : groups_of(plan, model_)) {
            Nodes tried = kept;
            tried.insert(group.begin(), group.end());
            if (!time_with(tried) || now_ > kGain * best) continue;
            kept = tried;
            best = now_;
            say_taken_back(group, before);
            if (!is_slower(best, fp32_)) break;
        }
        now_ = best;
        if (!is_slower(best, fp32_)) return;
        Nodes rest;
        const Nodes all = all_of(plan);
        std::set_difference(all.begin(), all.end(), kept.begin(), kept.end(), std::inserter(rest, rest.end()));
        if (rest.empty() || !time_with(all) || now_ > best) {
            now_ = best;
            return;
        }
        say_taken_back(rest, before);
    }

    void say_taken_back(const Nodes& nodes, double before) {
        const Node& first = model_.node(*nodes.begin());
        result_.take_back.emplace_back(nodes, "measured: slower in INT8 than in float");
        result_.findings.push_back({Severity::warning, "kept-float", first.id, first.label, {},
                                    fmt::format("{} {} stay{} in float: the model takes {} this way, {} with {} in INT8, and {} as opened (on one thread).",
                                                nodes.size(), nodes.size() == 1 ? "node" : "nodes", nodes.size() == 1 ? "s" : "", time_text(now_), time_text(before),
                                                nodes.size() == 1 ? "it" : "them", time_text(fp32_)),
                                    "Choose INT8 for them by a rule to have them quantized even so."});
    }

    void say_nothing_is_gained(const Plan& plan) {
        if (!result_.take_back.empty() && all_of(plan).size() == taken_back()) return;
        const std::string now = time_text(now_), opened = time_text(fp32_);
        result_.findings.push_back({Severity::warning, "nothing-to-gain", kNone, {}, {},
                                    now == opened ? fmt::format("INT8 gains no time on this model: {} as before (measured here on one thread). Only the file gets smaller.", now)
                                                  : fmt::format("INT8 gains no time on this model: {} against {} of the opened file (measured here on one thread). "
                                                                "Only the file gets smaller.", now, opened),
                                    "Keep FP32, or use FP16 for storage, unless the size is what you want."});
    }

    [[nodiscard]] std::size_t taken_back() const {
        std::size_t count = 0;
        for (const auto& [nodes, why] : result_.take_back) count += nodes.size();
        return count;
    }

    const Emitting& emitting_;
    Verifier& verifier_;
    const Model& model_;
    const StagedModel& written_;
    const Job& job_;
    Slower result_;
    double fp32_ = 0, now_ = 0;
};

}  // namespace

Slower find_slower(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job) {
    return Search(emitting, verifier, model, written, job).run();
}

}  // namespace vernier
