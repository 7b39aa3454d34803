// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/timed.h"
#include "core/layers/assemble.h"
#include "core/layers/distrust.h"
#include "core/layers/sensitivity.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

/// What one number costs at a border, in ms: measured for DequantizeLinear and QuantizeLinear on x86.
constexpr double kDequantizeMs = 0.18e-6, kQuantizeMs = 0.21e-6;
/// Names that a sentence gives of many.
constexpr std::size_t kNamed = 3;

double part(double of, double all) { return all > 0 ? of / all : 0; }

class Explainer {
public:
    Explainer(Layers& layers, const LayersParts& parts) : layers_(layers), parts_(parts) {
        // The profiler's clock has steps of 1 us, and what is under a hundredth of the run is not worth a change.
        noticeable_ms_ = std::max(0.002, 0.01 * layers.quantized.p50_ms);
    }

    void explain() {
        for (LayerNode& node : layers_.nodes) {
            node.why.clear();
            node.change.clear();
            if (trusted()) explain(node);
            explain_error(node);
            explain_fault(node);
        }
        layers_.sentences.clear();
        if (is_broken()) say_divergence();
        say_errors();
        say_together();
        if (!is_broken()) say_divergence();
        say_time();
        if (trusted()) {
            say_first_convolution();
            say_conversions();
        }
        say_not_executed();
        say_untimed();
    }

private:
    struct Sides {
        std::vector<NodeId> above, below;  ///< nodes with a kernel of their own that runs in INT8
        [[nodiscard]] bool both() const { return !above.empty() && !below.empty(); }
        [[nodiscard]] bool any() const { return !above.empty() || !below.empty(); }
    };

    void explain(LayerNode& node) const {
        if (!node.ms || !node.fp32_ms || node.executed == "folded") return;
        const double lost = *node.ms - *node.fp32_ms;
        const double constant = constant_ms(node.id);
        if (constant >= noticeable_ms_) {
            node.why = fmt::format("{} reads a constant that is dequantized again on each run: {}.", node.op, time_text(constant));
            node.change = "Leave it in FP32.";
        } else if (const auto fusion = lost_fusion(node.id)) {
            if (fusion->whole->nodes.front() == node.id) explain_lost_fusion(node, *fusion);
        } else if (node.executed == "int8") {
            explain_integer(node, lost);
        } else if (node.executed == "float" && node.conversions_ms >= noticeable_ms_ && sides_of(node.id).any()) {
            explain_float(node);
        }
    }

    /// What is wrong in the file comes before what it costs.
    void explain_fault(LayerNode& node) const {
        const auto fault = std::find_if(parts_.faults.begin(), parts_.faults.end(), [&](const Fault& each) { return each.node == node.id; });
        if (fault == parts_.faults.end()) return;
        node.why = fault->text + (node.why.empty() ? "" : " ") + node.why;
        node.change = fault->remedy;
    }

    /// What its region breaks, where that is much of all; said once, at the node that the region is about.
    void explain_error(LayerNode& node) const {
        constexpr double kMuch = 0.1;
        const auto region = std::find_if(layers_.regions.begin(), layers_.regions.end(), [&](const LayerRegion& each) { return each.core == node.id; });
        if (region == layers_.regions.end() || region->error_share.value_or(0) < kMuch) return;
        std::string cause;
        if (region->error_weights && region->error_activations)
            cause = *region->error_weights > *region->error_activations ? ", most of it by its weights" : ", most of it by its activations";
        node.why = fmt::format("Quantized alone{}, it makes {:.0f} % of the error{}.{}{}", parts_.is_strange ? " by Vernier" : "", 100 * *region->error_share,
                               cause, node.why.empty() ? "" : " ", node.why);
        constexpr double kWide = 8;
        if (parts_.states.at(static_cast<std::size_t>(node.id)).per_tensor && node.channel_ratio.value_or(1) >= kWide) {
            node.change = fmt::format("Use per channel: its channels differ {:.0f} times in range.", *node.channel_ratio);
        } else if (node.change.empty() || node.change.starts_with("Keep it in INT8")) {
            node.change = "Keep it in FP32.";
        }
    }

    void explain_float(LayerNode& node) const {
        const Sides sides = sides_of(node.id);
        node.why = fmt::format("{} {} runs in float: {} of conversions.", node.op, place_text(sides), time_text(node.conversions_ms));
        std::vector<NodeId> around = sides.above;
        around.insert(around.end(), sides.below.begin(), sides.below.end());
        const auto chosen = method_from_id(node.chosen);
        const bool possible = !chosen || !is_integer(*chosen);
        node.change = fmt::format("{} leave {} in FP32 too.", possible ? "Quantize it, or" : "It cannot be had in INT8 here:", names(around));
        if (saved_ms(around) > node.conversions_ms)
            node.change = possible ? "Quantize it." : "It cannot be had in INT8 here, and the INT8 nodes beside it save more than this costs.";
    }

    /// What nodes save in INT8, after their own conversions.
    [[nodiscard]] double saved_ms(const std::vector<NodeId>& nodes) const {
        return std::accumulate(nodes.begin(), nodes.end(), 0.0, [&](double saved, NodeId id) {
            const LayerNode* row = layers_.find(id);
            return saved + (row != nullptr && row->ms && row->fp32_ms ? *row->fp32_ms - *row->ms : 0);
        });
    }

    void explain_integer(LayerNode& node, double lost) const {
        if (lost < noticeable_ms_) {
            // Applied to a node of weight, INT8 should have saved something.
            if (parts_.opened.node(node.id).macs == 0 || -lost >= 0.05 * *node.fp32_ms) return;
            if (*node.fp32_ms < noticeable_ms_) return;
            node.why = fmt::format("{} gains nothing in INT8: {} against {}.", node.op, time_text(*node.ms), time_text(*node.fp32_ms));
            if (!sides_of(node.id).both()) node.change = "Leave it in FP32: it is as fast and exact.";
            return;
        }
        const double kernel = *node.ms - node.conversions_ms;
        if (kernel < *node.fp32_ms) {
            node.why =
                fmt::format("{} saves {} in INT8, and its conversions cost {}.", node.op, time_text(*node.fp32_ms - kernel), time_text(node.conversions_ms));
            node.change = fmt::format("Leave it in FP32: {} faster.", time_text(lost));
            return;
        }
        node.why = fmt::format("The INT8 kernel of {}{} takes {}, that of FP32 {}.", node.op, is_depthwise(node.id) ? " (depthwise)" : "", time_text(*node.ms),
                               time_text(*node.fp32_ms));
        const double borders = sides_of(node.id).both() ? border_ms(node.id) : 0;
        node.change = lost - borders >= noticeable_ms_
                          ? fmt::format("Leave it in FP32: about {} faster.", time_text(lost - borders))
                          : fmt::format("Keep it in INT8: between INT8 nodes, FP32 would cost about {} of conversions.", time_text(borders));
    }

    /// Nodes that one operator does in the FP32 file and several do here.
    struct LostFusion {
        const TimedKernel* whole = nullptr;
        double now = 0;
    };

    [[nodiscard]] std::optional<LostFusion> lost_fusion(NodeId id) const {
        const int kernel = parts_.fp32.kernel_of.at(static_cast<std::size_t>(id));
        if (kernel < 0) return std::nullopt;
        LostFusion fusion{&parts_.fp32.kernels[static_cast<std::size_t>(kernel)]};
        double conversions = 0;
        std::set<int> kernels;
        for (const NodeId each : fusion.whole->nodes) {
            fusion.now += parts_.quantized.ms.at(static_cast<std::size_t>(each));
            conversions += parts_.quantized.conversions_ms.at(static_cast<std::size_t>(each));
            kernels.insert(parts_.quantized.kernel_of.at(static_cast<std::size_t>(each)));
        }
        kernels.erase(-1);
        if (kernels.size() < 2 || fusion.now - conversions - fusion.whole->ms < noticeable_ms_) return std::nullopt;
        return fusion;
    }

    /// Said once, at the node that the operator is named after: the others have no time of their own in FP32.
    void explain_lost_fusion(LayerNode& node, const LostFusion& fusion) const {
        const std::vector<NodeId>& nodes = fusion.whole->nodes;
        node.why = fmt::format("{} nodes that FP32 runs as one {} run one by one here: {} against {}.", nodes.size(), fusion.whole->op, time_text(fusion.now),
                               time_text(fusion.whole->ms));
        std::vector<NodeId> guilty;
        for (const NodeId each : nodes)
            if (const LayerNode* row = layers_.find(each); row != nullptr && row->executed == "int8") guilty.push_back(each);
        std::sort(guilty.begin(), guilty.end());
        if (guilty.empty()) {
            const Sides sides = sides_of(node.id);
            guilty.insert(guilty.end(), sides.above.begin(), sides.above.end());
            guilty.insert(guilty.end(), sides.below.begin(), sides.below.end());
        }
        if (!guilty.empty()) node.change = fmt::format("Leave {} in FP32.", names(guilty));
    }

    [[nodiscard]] double constant_ms(NodeId node) const {
        double ms = 0;
        for (const TimedKernel& kernel : parts_.quantized.kernels)
            if (kernel.of_constant && kernel.op == "DequantizeLinear" && std::find(kernel.nodes.begin(), kernel.nodes.end(), node) != kernel.nodes.end())
                ms += kernel.ms / static_cast<double>(kernel.nodes.size());
        return ms;
    }

    [[nodiscard]] bool is_depthwise(NodeId id) const {
        const Node& node = parts_.opened.node(id);
        if (node.op_type != "Conv" || node.inputs.size() < 2 || node.inputs[1] == kNone) return false;
        const auto& weight = parts_.opened.value(node.inputs[1]).type;
        return int_attribute(node, "group").value_or(1) > 1 && weight.dims.size() > 2 && weight.dims[1].value == 1;
    }

    /// What DequantizeLinear in front of a node and QuantizeLinear behind it would cost.
    [[nodiscard]] double border_ms(NodeId id) const {
        const auto count = [&](ValueId value) {
            if (value == kNone || parts_.opened.value(value).is_constant()) return 0.0;
            const Value& tensor = parts_.opened.value(value);
            if (!tensor.size) return static_cast<double>(tensor.type.count().value_or(0));
            double all = 1;
            for (const std::int64_t axis : *tensor.size) all *= static_cast<double>(std::max<std::int64_t>(axis, 1));
            return all;
        };
        double ms = 0;
        for (const ValueId input : parts_.opened.node(id).inputs) ms += kDequantizeMs * count(input);
        for (const ValueId output : parts_.opened.node(id).outputs) ms += kQuantizeMs * count(output);
        return ms;
    }

    /// Whether the walk to the next node with a kernel of its own goes on through this one.
    [[nodiscard]] bool is_passed(NodeId id) const {
        const LayerNode* row = layers_.find(id);
        return row != nullptr && row->executed == "fused";
    }

    [[nodiscard]] std::vector<NodeId> next_integers(NodeId from, bool above) const {
        constexpr std::size_t kMost = 64;
        std::vector<NodeId> front{from}, found;
        std::set<NodeId> seen{from};
        for (std::size_t i = 0; i < front.size() && front.size() < kMost; ++i) {
            for (const NodeId next : next_to(front[i], above)) {
                if (!seen.insert(next).second) continue;
                if (is_passed(next)) {
                    front.push_back(next);
                } else if (const LayerNode* row = layers_.find(next); row != nullptr && row->executed == "int8") {
                    found.push_back(next);
                }
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<NodeId> next_to(NodeId id, bool above) const {
        std::vector<NodeId> next;
        if (above) {
            for (const ValueId input : parts_.opened.node(id).inputs)
                if (input != kNone && parts_.opened.value(input).producer != kNone) next.push_back(parts_.opened.value(input).producer);
        } else {
            for (const ValueId output : parts_.opened.node(id).outputs) {
                if (output == kNone) continue;
                const auto& readers = parts_.opened.value(output).consumers;
                next.insert(next.end(), readers.begin(), readers.end());
            }
        }
        return next;
    }

    [[nodiscard]] Sides sides_of(NodeId id) const { return {next_integers(id, true), next_integers(id, false)}; }
    [[nodiscard]] std::string place_text(const Sides& sides) const {
        const auto op = [&](const std::vector<NodeId>& nodes) { return parts_.opened.node(nodes.front()).op_type; };
        if (!sides.both()) return sides.above.empty() ? "in front of " + op(sides.below) : "behind " + op(sides.above);
        return op(sides.above) == op(sides.below) ? "between two " + op(sides.above) : fmt::format("between {} and {}", op(sides.above), op(sides.below));
    }

    [[nodiscard]] std::string names(const std::vector<NodeId>& nodes) const {
        std::string text;
        const std::size_t shown = std::min(nodes.size(), kNamed);
        for (std::size_t i = 0; i < shown; ++i) {
            text += fmt::format("{}{} (#{})", i == 0 ? "" : i + 1 == nodes.size() ? " and " : ", ", parts_.opened.node(nodes[i]).label, nodes[i]);
        }
        if (nodes.size() > shown) text += fmt::format(" and {} more", nodes.size() - shown);
        return text;
    }

    /// The fewest regions that make most of the error.
    void say_errors() {
        constexpr double kMost = 0.6;
        std::vector<const LayerRegion*> worst;
        for (const LayerRegion& region : layers_.regions)
            if (region.error_share) worst.push_back(&region);
        if (worst.empty()) return;
        std::stable_sort(worst.begin(), worst.end(), [](const LayerRegion* a, const LayerRegion* b) { return *a->error_share > *b->error_share; });
        double share = 0;
        std::size_t count = 0;
        while (count < worst.size() && share < kMost) share += *worst[count++]->error_share;
        if (share <= 0) return;
        std::string named;
        for (std::size_t i = 0; i < std::min(count, kNamed); ++i) named += (i == 0 ? "" : ", ") + worst[i]->name;
        if (count > kNamed) named += fmt::format(" and {} more", count - kNamed);
        layers_.sentences.push_back(fmt::format("{}{} of {} regions {} {:.0f} % of the error: {}.", parts_.is_strange ? "Quantized alone by Vernier, " : "",
                                                count, layers_.regions.size(), count == 1 ? "carries" : "carry", 100 * share, named));
    }

    /// Regions that break each other: no share of a sum says it.
    void say_together() {
        if (parts_.is_strange) return;
        double sum = 0;
        std::vector<Involved> involved;
        for (const LayerRegion& region : layers_.regions) {
            if (!region.error_planned) continue;
            sum += *region.error_planned;
            if (region.error_without) involved.push_back({region.name, *region.error_planned, *region.error_without});
        }
        std::string text = involved.empty() ? "" : together_sentence(layers_.error_all.value_or(0), sum, std::move(involved));
        if (!text.empty()) layers_.sentences.push_back(std::move(text));
    }

    void say_divergence() {
        if (!layers_.first_divergence) return;
        std::string text = layers_.first_divergence->text;
        for (const Fault& fault : parts_.faults)
            if (fault.node == layers_.first_divergence->node) text += " " + fault.text;
        layers_.sentences.push_back(std::move(text));
    }

    /// One place alone loses so much that nothing else is worth looking at first.
    [[nodiscard]] bool is_broken() const {
        constexpr double kBrokenDb = 20;
        if (!layers_.first_divergence) return false;
        const LayerNode* place = layers_.find(layers_.first_divergence->node);
        return place != nullptr && place->outputs_db.value_or(kBrokenDb) < kBrokenDb;
    }

    [[nodiscard]] bool trusted() const { return layers_.fp32.trusted() && layers_.quantized.trusted(); }

    void say_time() {
        const double before = layers_.fp32.p50_ms, now = layers_.quantized.p50_ms;
        if (before <= 0 || now <= 0) return;
        const LayerNode* best = nullptr;
        const LayerNode* worst = nullptr;
        for (const LayerNode& node : layers_.nodes) {
            if (!node.ms || !node.fp32_ms) continue;
            const double saved = *node.fp32_ms - *node.ms;
            if (best == nullptr || saved > *best->fp32_ms - *best->ms) best = &node;
            if (worst == nullptr || saved < *worst->fp32_ms - *worst->ms) worst = &node;
        }
        std::string text = fmt::format("The quantized file takes {} where FP32 takes {} ({:.2f}x)", time_text(now), time_text(before), before / now);
        if (!trusted()) {
            layers_.sentences.push_back(fmt::format("{}. {}", text, distrust_of(layers_)));
            return;
        }
        if (best != nullptr && *best->fp32_ms - *best->ms >= noticeable_ms_)
            text += fmt::format("; {} saves most: {}", best->name, time_text(*best->fp32_ms - *best->ms));
        if (worst != nullptr && *worst->ms - *worst->fp32_ms >= noticeable_ms_)
            text += fmt::format("; {} loses most: {}", worst->name, time_text(*worst->ms - *worst->fp32_ms));
        layers_.sentences.push_back(text + ".");
    }

    void say_first_convolution() {
        const auto first = std::find_if(layers_.nodes.begin(), layers_.nodes.end(), [](const LayerNode& node) { return node.op == "Conv"; });
        if (first == layers_.nodes.end() || first->executed != "int8" || !first->ms || !first->fp32_ms || *first->ms < 0.97 * *first->fp32_ms) return;
        layers_.sentences.push_back(
            fmt::format("The first convolution gains nothing in INT8: {} against {}.", time_text(*first->ms), time_text(*first->fp32_ms)));
    }

    void say_conversions() {
        const double all = layers_.quantized.conversions_ms;
        if (part(all, layers_.quantized.p50_ms) < 0.02) return;
        const LayerNode* most = nullptr;
        for (const LayerNode& node : layers_.nodes)
            if (most == nullptr || node.conversions_ms > most->conversions_ms) most = &node;
        std::string text = fmt::format("Conversions take {} of it, {:.0f} %", time_text(all), 100 * part(all, layers_.quantized.p50_ms));
        if (most != nullptr && most->conversions_ms > 0) text += fmt::format("; most of them for {}: {}", most->name, time_text(most->conversions_ms));
        layers_.sentences.push_back(text + ".");
    }

    void say_not_executed() {
        std::vector<NodeId> nodes;
        for (const LayerNode& node : layers_.nodes) {
            const auto applied = method_from_id(node.applied);
            if (applied && row(*applied).fuses && node.executed == "float") nodes.push_back(node.id);
        }
        if (nodes.empty()) return;
        layers_.sentences.push_back(fmt::format("{} {} written for INT8 and {} in float: {}.", nodes.size(), nodes.size() == 1 ? "node is" : "nodes are",
                                                nodes.size() == 1 ? "runs" : "run", names(nodes)));
    }

    /// What quantize decides by timing is not decided here.
    void say_untimed() {
        const auto could_be_timed = [](const LayerNode& node) {
            const auto applied = method_from_id(node.applied);
            return applied && row(*applied).fuses;
        };
        if (!layers_.untimed || std::none_of(layers_.nodes.begin(), layers_.nodes.end(), could_be_timed)) return;
        layers_.sentences.emplace_back(
            "The file was made for this with nothing timed: a quantized file of the same recipe may keep first convolutions and groups in FP32 that are INT8 "
            "here.");
    }

    Layers& layers_;
    const LayersParts& parts_;
    double noticeable_ms_ = 0;
};

}  // namespace

void explain(Layers& layers, const LayersParts& parts) { Explainer(layers, parts).explain(); }

}  // namespace vernier
