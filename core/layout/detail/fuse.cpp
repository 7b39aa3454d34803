// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layout/detail/fuse.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace vernier::grouping {

namespace {

constexpr std::size_t kMostFollowers = 10;

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

template <std::size_t n>
bool is_any(const std::array<std::string_view, n>& list, std::string_view op) {
    return std::find(list.begin(), list.end(), op) != list.end();
}

bool is_activation(std::string_view op) {
    static constexpr std::array<std::string_view, 18> kOps = {"Relu", "Clip",    "LeakyRelu",   "PRelu",     "Elu",      "Selu",
                                                              "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Swish",    "Tanh",
                                                              "Gelu", "Erf",     "Mish",        "Softplus",  "Softsign", "ThresholdedRelu"};
    return is_any(kOps, op);
}

bool is_product(std::string_view op) {
    static constexpr std::array<std::string_view, 4> kOps = {"Conv", "ConvTranspose", "Gemm", "MatMul"};
    return is_any(kOps, op);
}

/// A constant that changes each element by its channel alone: at most one axis is longer than 1.
bool is_per_channel(const Initializer& tensor) {
    return std::count_if(tensor.dims.begin(), tensor.dims.end(), [](std::int64_t d) { return d != 1; }) <= 1;
}

/// Finds what can be fused behind one head.
class Fusing {
public:
    Fusing(const Model& model, const std::vector<NodeId>& head_of) : model_(model), head_of_(head_of) {}

    /// The head and its followers; the head alone when nothing fuses.
    std::vector<NodeId> behind(NodeId head) {
        nodes_ = {head};
        std::size_t good = 1;  // how many of nodes_ leave one value behind
        while (nodes_.size() <= kMostFollowers) {
            const NodeId next = follower();
            if (next == kNone) {
                break;
            }
            nodes_.push_back(next);
            if (leaves_one_value()) {
                good = nodes_.size();
            }
        }
        nodes_.resize(good);
        return nodes_;
    }

private:
    [[nodiscard]] bool holds(NodeId node) const { return std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end(); }

    [[nodiscard]] bool can_follow(const Node& node) const {
        const bool behind_add = model_.node(nodes_.front()).op_type == "Add";
        const bool arithmetic = node.op_type == "Add" || node.op_type == "Mul" || node.op_type == "Sub" || node.op_type == "Div";
        const bool known = is_activation(node.op_type) || (!behind_add && (arithmetic || node.op_type == "BatchNormalization"));
        if (!known || !node.domain.empty() || node.graph != model_.node(nodes_.front()).graph || node.outputs.size() != 1 || head_of_[at(node.id)] != kNone ||
            holds(node.id)) {
            return false;
        }
        for (const ValueId input : node.inputs) {
            if (input == kNone) {
                continue;
            }
            if (const Initializer* tensor = model_.constant(input)) {
                if (arithmetic && !is_per_channel(*tensor)) {
                    return false;
                }
            } else if (const NodeId producer = model_.value(input).producer; producer == kNone || !holds(producer)) {
                return false;
            }
        }
        return true;
    }

    /// The first reader of the newest values that computes with nothing else.
    [[nodiscard]] NodeId follower() const {
        for (std::size_t i = nodes_.size(); i-- > 0;) {
            for (const ValueId output : model_.node(nodes_[i]).outputs) {
                if (output == kNone) {
                    continue;
                }
                for (const NodeId reader : model_.value(output).consumers) {
                    if (can_follow(model_.node(reader))) {
                        return reader;
                    }
                }
            }
        }
        return kNone;
    }

    /// Only the last node's value is read elsewhere.
    [[nodiscard]] bool leaves_one_value() const {
        for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) {
            for (const ValueId output : model_.node(nodes_[i]).outputs) {
                if (output == kNone) {
                    continue;
                }
                const Value& value = model_.value(output);
                if (value.graph_output || !std::all_of(value.consumers.begin(), value.consumers.end(), [&](NodeId n) { return holds(n); })) {
                    return false;
                }
            }
        }
        return true;
    }

    const Model& model_;
    const std::vector<NodeId>& head_of_;
    std::vector<NodeId> nodes_;
};

/// Both inputs of an Add are computed: a place where branches meet, not a bias.
bool joins(const Model& model, const Node& node) {
    return node.op_type == "Add" &&
           std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) { return input != kNone && model.constant(input) == nullptr; });
}

}  // namespace

bool is_drawn(const Node& node, GraphId graph) { return node.graph == graph && !(node.op_type == "Constant" && node.domain.empty()); }

std::vector<Unit> fuse(const Model& model, GraphId graph) {
    std::vector<NodeId> head_of(model.nodes().size(), kNone);
    std::vector<Unit> units;
    Fusing fusing(model, head_of);
    for (const Node& node : model.nodes()) {
        if (!is_drawn(node, graph) || head_of[at(node.id)] != kNone) {
            continue;
        }
        const bool head = node.domain.empty() && (is_product(node.op_type) || joins(model, node));
        Unit unit{head ? fusing.behind(node.id) : std::vector<NodeId>{node.id}};
        for (const NodeId member : unit.nodes) {
            head_of[at(member)] = node.id;
        }
        units.push_back(std::move(unit));
    }
    return units;
}

}  // namespace vernier::grouping
