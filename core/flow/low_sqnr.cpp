// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/low_sqnr.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/flow/halving.h"
#include "core/flow/node_names.h"
#include "core/model/staged.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

/// dB of an output.
struct Levels {
    double low = 20;   ///< networks that quantize well keep more
    double said = 25;  ///< below it is said
};
constexpr Levels kInt4Levels = {12, 15};  ///< 4 bits keep 19 dB of each layer at best
constexpr double kMendDb = 18;            ///< a little below it is said and left
constexpr std::size_t kFew = 4;           ///< one of so many nodes with weights may go back to float
constexpr int kTries = 24;
constexpr int kFewTries = 16;                       ///< find one node of many, or two
constexpr double kLeastSeconds = 2, kShare = 0.25;  ///< of processor time for each search: a share of what quantizing took
constexpr std::size_t kOutputs = 4;                 ///< outputs that get a finding of their own
constexpr std::size_t kLoudest = 3;                 ///< nodes named where none was taken back

bool holds_int8(Method method) { return row(method).weight_bits <= 8; }

Levels levels_of(const Plan& plan) { return has_int4(plan) ? kInt4Levels : Levels{}; }

/// A product: what INT8 is for. (A row that is added is no weight here.)
bool has_weights(const Model& model, NodeId node) {
    const std::vector<Weight> weights = weights_of(model, node);
    return !weights.empty() && !weights.front().is_bias && weights.front().tensor->dims.size() > 1;
}

using Noise = std::map<NodeId, double>;

/// What each node adds, by ranges: asked once, since it takes a look at all weights.
Noise noise_of(const LowSource& source) { return source.emitting.noise ? source.emitting.noise() : Noise{}; }

/// INT8 nodes, those that lose most first; the others in the order of the model.
std::vector<NodeId> loudest_first(const Plan& plan, const Noise& noise) {
    const auto of = [&](NodeId node) {
        const auto found = noise.find(node);
        return found == noise.end() ? 0 : found->second;
    };
    std::vector<NodeId> order;
    for (const NodePlan& node : plan.nodes)
        if (holds_int8(node.applied) && !node.absorbed) order.push_back(node.node);
    std::stable_sort(order.begin(), order.end(), [&](NodeId a, NodeId b) { return of(a) > of(b); });
    return order;
}

/// How many nodes with weights may go back: a quarter, of few nodes two; none where nothing would be INT8 any more.
std::size_t most_of(const LowSource& source, const std::vector<NodeId>& order) {
    const auto all = std::count_if(order.begin(), order.end(), [&](NodeId node) { return has_weights(source.model, node); });
    return std::max(static_cast<std::size_t>(all) / kFew, all < 2 ? std::size_t{0} : std::min<std::size_t>(2, static_cast<std::size_t>(all) - 1));
}

bool is_few(const LowSource& source, const std::vector<NodeId>& order, const std::set<NodeId>& nodes) {
    const auto count = std::count_if(nodes.begin(), nodes.end(), [&](NodeId node) { return has_weights(source.model, node); });
    return static_cast<std::size_t>(count) <= most_of(source, order);
}

/// Those that nobody chose explicitly.
std::vector<NodeId> free_of(const Plan& plan, std::vector<NodeId> order) {
    std::erase_if(order, [&](NodeId node) { return plan.nodes[static_cast<std::size_t>(node)].chosen.explicit_choice(); });
    return order;
}

/// The front of them that is few.
std::vector<NodeId> few_of(const LowSource& source, const Plan& plan, const std::vector<NodeId>& order) {
    std::size_t left = most_of(source, order);
    std::vector<NodeId> few;
    for (const NodeId node : free_of(plan, order)) {
        if (has_weights(source.model, node) && left-- == 0) break;
        few.push_back(node);
    }
    return few;
}

template <class Repairs>
std::optional<Repair> search(const std::vector<NodeId>& order, const Repairs& repairs, const HalvingBounds& bounds) {
    return order.empty() ? std::nullopt : smallest_repair(order, repairs, bounds);
}

/// One cause, one finding.
Finding kept_finding(const LowSource& source, const Repair& repair, const std::string& fault) {
    const std::string list = node_names(source.model, repair.nodes);
    const NodeId first = *repair.nodes.begin();
    const bool one = repair.nodes.size() == 1;
    return {Severity::warning,
            "kept-float",
            first,
            source.model.node(first).label,
            {},
            fmt::format("{} in float: with {} in INT8, {}.", one ? list + " stays" : list + " stay", one ? "it" : "them", fault),
            fmt::format("Choose INT8 for {} by a rule to have {} quantized even so.", one ? "it" : "them", one ? "it" : "them")};
}

std::string loudest_text(const LowSource& source) {
    const Noise noise = noise_of(source);
    std::vector<std::string> names;
    for (const NodeId node : loudest_first(source.emitting.plan(), noise)) {
        if (names.size() == kLoudest) break;
        if (has_weights(source.model, node)) names.push_back(source.model.node(node).label);
    }
    if (names.empty()) return {};
    if (noise.empty()) return fmt::format(" {} nodes are: {}.", has_int4(source.emitting.plan()) ? "INT4" : "INT8", fmt::join(names, ", "));
    return fmt::format(" By the ranges that calibration saw, most is lost at: {}.", fmt::join(names, ", "));
}

std::string remedy_of(const Plan& plan, const Verification& seen) {
    if (seen.made_inputs) return "Give samples (--data): made inputs say little about a trained model.";
    if (has_int4(plan))
        return "Measure the accuracy with labels. Smaller blocks (--block 16), zero points (--zero-points), or INT8 weight-only for these nodes, may keep "
               "more.";
    return "Measure the accuracy with labels. Ranges by percentile (--calibration percentile), or FP32 or FP16 for these nodes, may keep more.";
}

Finding low_finding(const Plan& plan, const Verification& seen, const OutputCheck& output, const std::string& loudest) {
    const double sqnr = output.sqnr_db().value_or(0);
    const std::string inputs = seen.made_inputs ? "made inputs" : fmt::format("{} sample{}", seen.samples, seen.samples == 1 ? "" : "s");
    return {sqnr < levels_of(plan).low ? Severity::warning : Severity::info,
            "low-sqnr",
            kNone,
            {},
            output.name(),
            fmt::format("The output \"{}\" keeps an SQNR of {:.1f} dB against FP32 on {}.{}", output.name(), sqnr, inputs, loudest),
            remedy_of(plan, seen)};
}

}  // namespace

bool has_int8(const Plan& plan) {
    return std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const NodePlan& node) { return holds_int8(node.applied); });
}

bool has_int4(const Plan& plan) {
    return std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const NodePlan& node) { return row(node.applied).weight_bits <= 4; });
}

Raised raise_low_sqnr(const LowSource& source, const Verification& seen) {
    const Plan plan = source.emitting.plan();
    if (has_int4(plan)) return {};  // all layers lose much, and in float they would cost the size that was asked for
    const VerifyLimits limits{Levels{}.low, VerifyLimits{}.equal}, trigger{kMendDb, VerifyLimits{}.equal};
    if (!has_int8(plan) || seen.made_inputs || seen.outputs.empty()) return {};
    const auto fault = source.verifier.fault(seen, trigger);
    if (!fault) return {};
    int tries = 0;
    const auto repairs = [&](const std::set<NodeId>& nodes) {
        source.job.step("find what loses most", static_cast<std::uint64_t>(++tries), 0);
        const StagedModel tried(*source.emitting.emit(nodes), source.target);
        return !tried.readable().empty() && !source.verifier.fault(source.verifier.check_optimized(tried.readable()), limits);
    };
    const double seconds = std::max(kLeastSeconds, kShare * source.emitting.seconds);
    const std::vector<NodeId> order = loudest_first(plan, noise_of(source));
    const auto clock = [&] { return source.verifier.cpu_seconds(); };
    auto repair = search(few_of(source, plan, order), repairs, {kTries, seconds, clock});
    if (!repair) repair = search(free_of(plan, order), repairs, {kFewTries, seconds, clock});  // what no range tells
    if (!repair || !is_few(source, order, repair->nodes)) return {};
    return {repair->nodes, "checked before writing: " + *fault, {kept_finding(source, *repair, *fault)}};
}

std::vector<Finding> low_sqnr_findings(const LowSource& source, const Verification& seen) {
    const Plan plan = source.emitting.plan();
    if (!has_int8(plan) || !seen.trouble.empty()) return {};
    const double said = levels_of(plan).said;
    std::vector<const OutputCheck*> low;
    for (const OutputCheck& output : seen.outputs) {
        Verification one = seen;
        one.outputs = {output};
        if (output.sqnr_db().value_or(said) < said && !output.is_whole() && source.verifier.fault(one, {said, 0})) low.push_back(&output);
    }
    std::stable_sort(low.begin(), low.end(), [](const OutputCheck* a, const OutputCheck* b) { return *a->sqnr_db() < *b->sqnr_db(); });
    std::vector<Finding> findings;
    const std::string loudest = low.empty() ? std::string() : loudest_text(source);
    for (const OutputCheck* output : low) {
        if (findings.size() == kOutputs) break;
        findings.push_back(low_finding(plan, seen, *output, loudest));
    }
    if (low.size() > kOutputs) {
        const std::size_t more = low.size() - kOutputs;
        findings.push_back({Severity::info,
                            "low-sqnr",
                            kNone,
                            {},
                            {},
                            fmt::format("{} further output{} keep{} less than {:.0f} dB.", more, more == 1 ? "" : "s", more == 1 ? "s" : "", said),
                            {}});
    }
    return findings;
}

}  // namespace vernier
