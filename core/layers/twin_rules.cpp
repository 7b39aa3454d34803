// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/twin_rules.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <unordered_set>

#include "core/layers/quant_range.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

using Ops = std::set<std::string_view>;

/// Forms that are not "QLinear" before the name.
const std::map<std::string_view, Ops>& forms() {
    static const Ops kProducts = {
        "Gemm",        "QGemm",     "MatMul", "FusedMatMul", "FusedGemm", "QLinearMatMul", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul",
        "MatMulNBits", "MatMulBnb4"};
    static const std::map<std::string_view, Ops> kForms = {
        {"Conv", {"FusedConv", "ConvInteger", "NhwcConv", "NhwcFusedConv"}},
        {"MatMul", kProducts},
        {"Gemm", kProducts},
        {"Add", {"Sum"}},
        {"Sum", {"Add", "QLinearAdd"}},
        {"Relu", {"Clip", "LeakyRelu"}},
        {"Clip", {"Relu"}},
        {"LSTM", {"DynamicQuantizeLSTM"}},
        {"Gather", {"GatherBlockQuantized"}},
        {"Attention", {"QAttention"}},
    };
    return kForms;
}

bool is_one_of(const Node& node, const Ops& ops) { return ops.contains(node.op_type); }

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64;
}

bool is_cast_of_floats(const Model& model, const Node& node) {
    if (node.op_type != "Cast" || node.inputs.empty() || node.inputs[0] == kNone) return false;
    const auto to = static_cast<ElementType>(int_attribute(node, "to").value_or(0));
    return is_float(to) && is_float(model.value(node.inputs[0]).type.element);
}

/// The steps from one input that the node reads as a reference's slot to the next, and where the first one is.
struct Slots {
    int first = 0, step = 1;
};
Slots slots_of(const Node& other) {
    static const Ops kTriples = {"QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul", "QGemm"};
    if (is_one_of(other, kTriples)) return {0, 3};
    if (other.op_type == "QLinearConcat") return {2, 3};
    if (other.op_type.starts_with("QLinear")) return {0, 1000};  // one operand; what follows is scales
    return {0, 1};
}

const Node* only_reader(const Model& model, ValueId value) {
    const Value& of = model.value(value);
    return of.consumers.size() == 1 && !of.graph_output ? &model.node(of.consumers.front()) : nullptr;
}

/// The stored numbers of an operand: the constant itself, or the codes behind DequantizeLinear and the like.
const Initializer* stored(const Model& model, ValueId value) {
    if (value == kNone) return nullptr;
    if (const Initializer* tensor = model.constant(value)) return tensor;
    return model.constant(carried(model, value));
}

double shape_likeness(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
    if (a == b) return 2;
    std::vector<std::int64_t> one = a, two = b;
    std::sort(one.begin(), one.end());
    std::sort(two.begin(), two.end());
    return one == two ? 1 : -1;
}

/// Cosine of two constants of one shape, codes taken around the middle of their range; 0 where they cannot be held against each other.
double cosine(const Initializer& a, const Initializer& b) {
    constexpr std::size_t kMost = 4096;
    if (a.dims != b.dims || a.count() > (std::uint64_t{1} << 22)) return 0;
    const std::vector<float> one = to_floats(a), two = to_floats(b);
    const std::size_t n = std::min({one.size(), two.size(), kMost});
    if (n == 0) return 0;
    const double middle = b.type == ElementType::uint8 ? 128 : 0;
    double product = 0, left = 0, right = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = one[i], y = two[i] - middle;
        product += x * y;
        left += x * x;
        right += y * y;
    }
    const double length = std::sqrt(left * right);
    return length > 0 && std::isfinite(product / length) ? product / length : 0;
}

double attribute_likeness(const Node& node, const Node& candidate) {
    if (node.proto == nullptr || candidate.proto == nullptr) return 0;
    double alike = 0;
    for (const auto& attribute : node.proto->attribute())
        for (const auto& other : candidate.proto->attribute())
            if (attribute.name() == other.name() && attribute.ByteSizeLong() < 4096)
                alike += attribute.SerializeAsString() == other.SerializeAsString() ? 0.25 : -0.5;
    return alike;
}

bool take_off(std::string& name, std::string_view suffix) {
    if (name.size() <= suffix.size() || !name.ends_with(suffix)) return false;
    name.resize(name.size() - suffix.size());
    return true;
}

bool take_off_number(std::string& name, std::string_view before) {
    std::size_t end = name.size();
    while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1])) != 0) --end;
    if (end == name.size() || end <= before.size() || !std::string_view(name).substr(0, end).ends_with(before)) return false;
    name.resize(end - before.size());
    return true;
}

}  // namespace

bool same_operator(const Node& reference, const Node& other) {
    if (reference.op_type == other.op_type) return true;
    if (other.op_type == "QLinear" + reference.op_type) return true;
    const auto found = forms().find(reference.op_type);
    return found != forms().end() && found->second.contains(other.op_type);
}

int slot_of(const Node& other, int reference_slot) {
    if (other.op_type == "QLinearWhere") return reference_slot == 0 ? 0 : 1 + 3 * (reference_slot - 1);
    const Slots slots = slots_of(other);
    const int slot = slots.first + slots.step * reference_slot;
    return slot < static_cast<int>(other.inputs.size()) ? slot : kNone;
}

int reference_slot_of(const Node& other, int slot) {
    for (int k = 0; k < static_cast<int>(other.inputs.size()); ++k) {
        const int at = slot_of(other, k);
        if (at == slot) return k;
        if (at == kNone || at > slot) break;
    }
    return kNone;
}

bool keeps_numbers(const Node& node) {
    static const Ops kOps = {"Identity", "Dropout", "Cast"};
    return is_one_of(node, kOps);
}

bool may_fold(const Model& model, const Node& node) {
    static const Ops kAlways = {"BatchNormalization", "Relu", "Clip", "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh", "Pad", "Elu"};
    static const Ops kByConstant = {"Add", "Sub", "Mul", "Div"};
    // Moves of the same numbers: merged with their neighbours, or dropped where they change nothing.
    static const Ops kMoves = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Slice"};
    if (keeps_numbers(node) || is_one_of(node, kAlways) || is_one_of(node, kMoves)) return true;
    if (!is_one_of(node, kByConstant) || node.inputs.size() != 2) return false;
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) { return input != kNone && model.constant(input) != nullptr; });
}

bool is_carrier(const Model& model, const Node& node) {
    static const Ops kOps = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Identity"};
    return is_one_of(node, kOps) || is_cast_of_floats(model, node);
}

ValueId carried(const Model& model, ValueId value) {
    for (int hop = 0; hop < 64 && value != kNone; ++hop) {
        const NodeId maker = model.value(value).producer;
        if (maker == kNone || model.value(value).is_constant()) break;
        const Node& node = model.node(maker);
        if (!is_carrier(model, node) || node.inputs.empty() || node.inputs[0] == kNone || node.outputs[0] != value) break;
        value = node.inputs[0];
    }
    return value;
}

std::vector<Reader> readers_of(const Model& model, ValueId value) {
    std::vector<Reader> readers;
    std::vector<ValueId> open = {value};
    std::unordered_set<ValueId> seen = {value};
    for (std::size_t at = 0; at < open.size(); ++at) {
        std::unordered_set<NodeId> here;
        for (const NodeId id : model.value(open[at]).consumers) {
            if (!here.insert(id).second) continue;
            const Node& node = model.node(id);
            for (std::size_t slot = 0; slot < node.inputs.size(); ++slot)
                if (node.inputs[slot] == open[at]) readers.push_back({id, static_cast<int>(slot)});
            if (is_carrier(model, node) && !node.inputs.empty() && node.inputs[0] == open[at] && !node.outputs.empty() && node.outputs[0] != kNone &&
                seen.insert(node.outputs[0]).second)
                open.push_back(node.outputs[0]);
        }
    }
    return readers;
}

std::string plain_name(std::string_view name) {
    std::string plain(name);
    while (take_off(plain, "_quant") || take_off(plain, "_MatMul") || take_off(plain, "/MatMulAddFusion") || take_off(plain, "/GemmAddFusion") ||
           take_off(plain, "_Q4") || take_off(plain, "_Q8") || take_off_number(plain, "_token_")) {
    }
    return plain;
}

ResultEnd result_end(const Model& model, const Node& node, bool with_bias) {
    ResultEnd end{node.outputs.empty() ? kNone : node.outputs[0]};
    if (end.value == kNone) return end;
    const auto step = [&](std::string_view op) {
        const Node* next = only_reader(model, end.value);
        if (next == nullptr || next->op_type != op || next->outputs.empty() || next->outputs[0] == kNone) return false;
        end.nodes.push_back(next->id);
        end.value = next->outputs[0];
        return true;
    };
    if (node.op_type == "MatMulInteger" || node.op_type == "ConvInteger") {
        step("Cast");
        step("Mul");
    }
    if (!with_bias) return end;
    const Node* next = only_reader(model, end.value);
    if (next == nullptr || next->op_type != "Add") return end;
    for (const ValueId input : next->inputs)
        if (input != end.value && stored(model, input) != nullptr) {
            step("Add");
            return end;
        }
    return end;
}

double likeness(const Model& reference, const Node& node, const Model& other, const Node& candidate) {
    double alike = node.op_type == candidate.op_type ? attribute_likeness(node, candidate) : 0;
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
        const int there = slot_of(candidate, static_cast<int>(slot));
        const Initializer* mine = stored(reference, node.inputs[slot]);
        const Initializer* theirs = there == kNone ? nullptr : stored(other, candidate.inputs[static_cast<std::size_t>(there)]);
        if (mine == nullptr && theirs == nullptr) continue;
        if (mine == nullptr || theirs == nullptr) {
            alike -= 0.5;
            continue;
        }
        alike += shape_likeness(mine->dims, theirs->dims) + 4 * cosine(*mine, *theirs);
    }
    return alike;
}

void find_seen(const Model& model, TensorPair& pair) {
    const auto first_output = [&](const Node& node) { return node.outputs.empty() ? kNone : node.outputs[0]; };
    const Value& made = model.value(pair.made);
    const bool codes_made = bits(made.type.element) > 0 && bits(made.type.element) <= 8;
    ValueId codes = kNone;
    if (made.producer != kNone && codes_made && !output_scale(model.node(made.producer)).empty()) {
        pair.quantize = made.producer;
        pair.seen = kNone;
        codes = pair.made;
    } else {
        for (const NodeId id : made.consumers)
            if (const Node& node = model.node(id); node.op_type == "QuantizeLinear" && node.inputs[0] == pair.made) {
                pair.quantize = id;
                codes = first_output(node);
                break;
            }
    }
    if (codes == kNone) return;
    for (const NodeId id : model.value(codes).consumers)
        if (const Node& node = model.node(id); node.op_type == "DequantizeLinear" && node.inputs[0] == codes && first_output(node) != kNone) {
            pair.seen = first_output(node);
            return;
        }
}

}  // namespace vernier
