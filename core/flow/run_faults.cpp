// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/run_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/flow/look.h"
#include "core/layers/quant_range.h"

namespace vernier {
namespace {

constexpr double kClipped = 0.02;       // of the numbers; range methods cut a few in a thousand on purpose
constexpr double kClippedDb = 15;       // below it clipping is what a tensor suffers from
constexpr double kClippedPower = 0.03;  // of the signal: what cutting must lose by itself
constexpr double kLost = 0.1;           // noise over signal that one tensor's codes add: 10 dB
constexpr double kLostInNorm = 0.03;    // the same inside a normalisation, which divides by it
constexpr double kFlushed = 0.2;        // of the numbers that are not zero in FP32
constexpr double kLostStep = 1;         // of scores: their differences are taken as exponents
constexpr int kNormDepth = 10;          // nodes from the mean of squares to the end of a normalisation
constexpr std::size_t kMostOfOp = 8;    // nodes of one operator that get a fault of their own

std::size_t at(std::int32_t id) { return static_cast<std::size_t>(id); }

class Judge {
public:
    Judge(const FilePair& files, const OnTheWay& way) : files_(files), ref_(files.reference), way_(way) {
        for (const Parting& parting : way.partings) {
            added_[parting.node] = parting.added();
            weight_[parting.node] = way.weight(parting);
        }
        for (const TensorError& error : way.tensors) by_value_[error.pair.reference] = &error;
    }

    std::vector<Fault> run() {
        judge_scores();
        judge_norms();
        for (const TensorError& error : way_.tensors) judge_range(error);
        for (const TensorError& error : way_.tensors) judge_life(error);
        for (const Parting& parting : way_.partings) judge_parting(parting);
        return std::move(faults_);
    }

private:
    [[nodiscard]] double added(NodeId node) const {
        const auto found = added_.find(node);
        return found == added_.end() ? 0 : found->second;
    }

    /// By what places are ranked: a root of a variance of zero breaks what the variance's codes have lost.
    [[nodiscard]] double weight(NodeId node) const {
        const auto found = weight_.find(node);
        return found == weight_.end() ? 0 : found->second;
    }

    void add(std::string code, NodeId node, std::string text, std::string remedy) {
        if (!told_.insert(node).second) return;
        const Twin& twin = files_.twins.nodes[at(node)];
        faults_.push_back({std::move(code), twin.node(), ref_.node(node).label, std::move(text), std::move(remedy), added(node)});
    }

    [[nodiscard]] const TensorError* error_of(ValueId value) const {
        const auto found = by_value_.find(value);
        return found == by_value_.end() ? nullptr : found->second;
    }

    [[nodiscard]] std::optional<QuantRange> range_of(const TensorError& error) const { return output_range(files_.quantized, error.pair.quantize); }

    /// A mask in front of a Softmax that shares a scale with the scores.
    void judge_scores() {
        for (const NodeId id : masked_scores(ref_)) {
            const Node& node = ref_.node(id);
            const TensorError* error = node.outputs.empty() ? nullptr : error_of(node.outputs[0]);
            if (error == nullptr || error->pair.quantize == kNone) continue;
            const auto range = range_of(*error);
            const bool coarse = range && range->step >= kLostStep;
            if (!coarse && error->group_sqnr_db >= 10) continue;
            const std::string step = range ? fmt::format(" One step of its codes is {:.2g}: all scores get one code.", range->step) : "";
            add("masked-scores-quantized", id,
                fmt::format("The mask in front of a Softmax shares one scale with the scores ({:.1f} dB are left of the scores).{}", error->group_sqnr_db,
                            step),
                "Leave this node and its Softmax in FP32 (nodes to exclude), or quantize dynamically.");
        }
    }

    /// The nodes from a mean of squares to where it is divided by, the nearest first.
    [[nodiscard]] std::vector<NodeId> norm_behind(NodeId mean) const {
        static constexpr std::string_view kOps[] = {"Add",    "Sub", "Max", "Sqrt", "Reciprocal", "Pow", "Reshape",
                                                    "Expand", "Mul", "Div", "Clip", "Unsqueeze",  "Cast"};
        std::vector<NodeId> row = {mean}, all = {mean};
        std::unordered_set<NodeId> seen = {mean};
        // It ends with a Div, or with the two products behind a Reciprocal.
        int left = kNormDepth;
        for (; left > 0 && !row.empty(); --left) {
            std::vector<NodeId> next;
            for (const NodeId id : row)
                for (const ValueId output : ref_.node(id).outputs)
                    for (const NodeId reader : output == kNone ? std::vector<NodeId>() : ref_.value(output).consumers) {
                        const Node& node = ref_.node(reader);
                        if (std::find(std::begin(kOps), std::end(kOps), node.op_type) == std::end(kOps) || !seen.insert(reader).second) continue;
                        next.push_back(reader);
                        all.push_back(reader);
                        if (node.op_type == "Div") left = 1;
                        if (node.op_type == "Reciprocal") left = std::min(left, 3);
                    }
            row = std::move(next);
        }
        // The squares themselves, too.
        for (const ValueId input : ref_.node(mean).inputs)
            if (input != kNone && ref_.value(input).producer != kNone) all.insert(all.begin(), ref_.value(input).producer);
        return all;
    }

    void judge_norms() {
        for (const NodeId mean : open_layer_norms(ref_)) {
            NodeId worst = kNone;
            std::string quantized;
            double left_db = kExactDb;
            bool lost = false;
            for (const NodeId id : norm_behind(mean)) {
                const Node& node = ref_.node(id);
                const TensorError* error = node.outputs.empty() ? nullptr : error_of(node.outputs[0]);
                if (error == nullptr) continue;
                if (error->pair.quantize != kNone && quantized.empty()) quantized = node.label;
                left_db = std::min({left_db, error->sqnr_db, error->group_sqnr_db});
                lost = lost || added(id) >= kLostInNorm;
                if (worst == kNone || std::pair(weight(id), added(id)) > std::pair(weight(worst), added(worst))) worst = id;
            }
            if (!lost || quantized.empty()) continue;
            add("layernorm-quantized", worst,
                fmt::format("A LayerNormalization that is written as single operators is quantized inside (from {} on): {:.1f} dB are left of it, since small "
                            "variances "
                            "get the code of zero.",
                            quantized, left_db),
                "Leave its nodes in FP32, or fuse them to LayerNormalization before quantizing.");
            for (const NodeId id : norm_behind(mean)) told_.insert(id);
        }
    }

    void judge_range(const TensorError& error) {
        if (error.pair.quantize == kNone || error.clipped < kClipped || error.sqnr_db > kClippedDb) return;
        if (error.clip_power < kClippedPower * error.power) return;  // cut a little, and far off for another reason
        const auto range = range_of(error);
        // An input is told at the node that reads it.
        const Value& value = ref_.value(error.pair.reference);
        const NodeId node = error.node != kNone ? error.node : value.consumers.empty() ? kNone : value.consumers.front();
        if (!range || node == kNone) return;
        const std::string what = error.node != kNone ? "its numbers" : fmt::format("the numbers of its input {}", value.name);
        add("saturated-scale", node,
            fmt::format("{:.0f} % of {} lie outside the range of its scale, {:.3g} to {:.3g}; in FP32 they reach {:.3g} ({:.1f} dB are left).",
                        100 * error.clipped, what, range->low, range->high, error.peak, error.sqnr_db),
            "Calibrate again with samples like these, by minimum and maximum.");
    }

    /// The first of a chain of tensors that all have the same number everywhere, or are no numbers.
    void judge_life(const TensorError& error) {
        if (error.node == kNone || (!error.constant && !error.not_finite) || error.count < 2) return;
        for (const ValueId input : ref_.node(error.node).inputs)
            if (const TensorError* before = input == kNone ? nullptr : error_of(input);
                before != nullptr && ((error.constant && before->constant) || (error.not_finite && before->not_finite)))
                return;
        const auto range = range_of(error);
        const std::string step = range && range->step > error.peak
                                     ? fmt::format(" One step of its codes is {:.3g}, its numbers in FP32 reach {:.3g}.", range->step, error.peak)
                                     : "";
        add("dead-output", error.node,
            error.not_finite ? "It gives NaN or infinity where FP32 gives numbers." : "It gives one and the same number for all samples; FP32 does not." + step,
            "Leave the node in FP32, or calibrate again.");
    }

    void judge_parting(const Parting& parting) {
        const TensorError& error = way_.tensors[parting.tensor];
        if (error.pair.quantize == kNone || added(parting.node) < kLost) return;
        const auto range = range_of(error);
        if (!is_coarse(error, range)) return;  // noise that came along and grew
        const std::string step =
            range ? fmt::format(" One step of its codes is {:.2g}; {:.0f} % of its numbers become zero.", range->step, 100 * error.flushed) : "";
        add("wide-range-quantized", parting.node,
            fmt::format("What it makes does not fit into 8 bits with one scale: {:.1f} dB are left of {:.1f} dB.{}", parting.after_db, parting.before_db, step),
            "Leave the node in FP32.");
    }

    /// True where the codes themselves lose much of the numbers.
    static bool is_coarse(const TensorError& error, const std::optional<QuantRange>& range) {
        if (!range || (error.clipped >= kClipped && error.clip_power >= kClippedPower * error.power) || error.flushed >= kFlushed) return true;
        const bool group_lost = error.group_sqnr_db < error.sqnr_db - 10;
        return group_lost || range->step * range->step / 12 >= kLostInNorm * error.power;
    }

    const FilePair& files_;
    const Model& ref_;
    const OnTheWay& way_;
    std::map<NodeId, double> added_, weight_;
    std::map<ValueId, const TensorError*> by_value_;
    std::unordered_set<NodeId> told_;
    std::vector<Fault> faults_;
};

NodeId node_named(const Model& model, const std::string& name) {
    for (const Node& node : model.nodes())
        if (node.name == name || node.label == name) return node.id;
    return kNone;
}

bool reads_codes(const Model& model, NodeId id) {
    if (id == kNone || model.node(id).inputs.empty() || model.node(id).inputs[0] == kNone) return false;
    const NodeId maker = model.value(model.node(id).inputs[0]).producer;
    return maker != kNone && model.node(maker).op_type == "DequantizeLinear";
}

}  // namespace

std::vector<Fault> faults_on_the_way(const FilePair& files, const OnTheWay& way) { return Judge(files, way).run(); }

std::vector<Fault> faults_of_execution(const FilePair& files, const Audit& audit, const std::vector<Fault>& known) {
    std::vector<Fault> faults;
    std::unordered_set<NodeId> told;
    for (const Fault& fault : known)
        if (fault.code == "wrong-bias-scale" || fault.code == "wrong-axis" || fault.code == "opset") told.insert(fault.node);
    for (const std::string& name : audit.self_quantized) {
        const NodeId node = node_named(files.quantized, name);
        if (node != kNone) told.insert(node);
        faults.push_back({"float-node-quantized", node, node == kNone ? name : files.label(node),
                          "It is in float in the file, between DequantizeLinear and QuantizeLinear: the runtime quantizes its weight by itself, with one scale "
                          "for the tensor.",
                          "Quantize its weight for each channel in the file, or keep its input or output in float."});
    }
    std::map<std::string, std::size_t> of_op;
    for (const NodeAudit& node : audit.nodes) {
        // A weight alone that is kept in integers is brought back to float on purpose.
        if (node.verdict != NodeAudit::Verdict::fell_back || !reads_codes(files.quantized, node.index) ||
            (node.index != kNone && !told.insert(node.index).second))
            continue;
        if (++of_op[node.op_type] > kMostOfOp) continue;
        faults.push_back({"missed-fusion", node.index, node.index == kNone ? node.name : files.label(node.index),
                          fmt::format("It is quantized in the file, and the runtime computes it in float ({}), with conversions around it.",
                                      node.runs_as.empty() ? node.op_type : node.runs_as),
                          "Quantize all that it reads and what it makes, as QuantizeLinear right behind it; or leave it in FP32."});
    }
    for (Fault& fault : faults)
        for (const auto& [op, count] : of_op)
            if (count > kMostOfOp && fault.code == "missed-fusion" && fault.node != kNone && files.quantized.node(fault.node).op_type == op) {
                fault.text += fmt::format(" {} more {} nodes have it too.", count - kMostOfOp, op);
                of_op[op] = 0;
                break;
            }
    return faults;
}

}  // namespace vernier
