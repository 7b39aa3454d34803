// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/regions.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <onnx/onnx_pb.h>

#include "core/quant/methods/static_plan.h"

namespace vernier {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& ops, const onnx::NodeProto& node) {
    return std::find(ops.begin(), ops.end(), node.op_type()) != ops.end();
}

/// Many products a number: a region begins here.
bool is_core(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 14> kOps = {"Conv", "ConvTranspose", "MatMul",      "Gemm",      "Einsum",     "LSTM",      "GRU",
                                                       "RNN",  "FusedConv",     "FusedMatMul", "FusedGemm", "DeformConv", "Attention", "MultiHeadAttention"};
    return is_one_of(kOps, node);
}

/// Its operands meet in one scale: a region of its own.
bool ties(const onnx::NodeProto& node) { return node.op_type() == "Concat"; }

/// Its numbers are those of its input, in another place or shape.
bool moves(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 17> kOps = {"Reshape", "Flatten", "Squeeze",      "Unsqueeze",    "Transpose", "Slice",
                                                       "Split",   "Expand",  "Tile",         "Identity",     "Dropout",   "Cast",
                                                       "Gather",  "MaxPool", "DepthToSpace", "SpaceToDepth", "Resize"};
    return is_one_of(kOps, node);
}

bool is_float(ElementType type) {
    return type == ElementType::float32 || type == ElementType::float16 || type == ElementType::bfloat16 || type == ElementType::float64;
}

/// Divides the nodes of a graph and its bodies, each node after those that it reads.
class Divider {
public:
    explicit Divider(const Canonical& canonical) : edit_(canonical.edit), of_item_(edit_.size(), -1), depth_(edit_.size(), 0) {
        found_.of_node.assign(canonical.model->nodes().size(), -1);
    }

    Regions run() {
        std::vector<int> order = topological(edit_);
        for (const int i : order) depth_[at(i)] = depth_behind(i);
        // The order of the file among equals: what a stack gave first says nothing.
        std::sort(order.begin(), order.end(), [&](int a, int b) { return std::pair(depth_[at(a)], a) < std::pair(depth_[at(b)], b); });
        for (const int i : order) place(i);
        for (const int i : order) note_ties(i);
        for (Region& region : found_.list) std::sort(region.nodes.begin(), region.nodes.end());
        return std::move(found_);
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    [[nodiscard]] const onnx::NodeProto& node(int i) const { return edit_.item(at(i)).proto; }

    [[nodiscard]] int depth_behind(int i) const {
        int depth = 0;
        for (const std::string& input : node(i).input())
            if (const int p = edit_.producer(input); p >= 0) depth = std::max(depth, depth_[at(p)] + 1);
        return depth;
    }

    /// Known before anything is run: a constant, or what only shapes decide.
    [[nodiscard]] bool is_known(const std::string& tensor) const { return tensor.empty() || edit_.is_constant(tensor) || known_.contains(tensor); }

    [[nodiscard]] bool all_known(int i) const {
        const onnx::NodeProto& n = node(i);
        if (n.op_type() == "Shape" || n.op_type() == "Size") return true;
        const bool holds_bodies = std::any_of(n.attribute().begin(), n.attribute().end(), [](const auto& a) { return a.has_g() || a.graphs_size() > 0; });
        constexpr std::array<std::string_view, 6> kDrawn = {"RandomNormal",      "RandomUniform", "RandomNormalLike",
                                                            "RandomUniformLike", "Multinomial",   "Bernoulli"};
        if (holds_bodies || is_one_of(kDrawn, n)) return false;
        return std::all_of(n.input().begin(), n.input().end(), [&](const std::string& input) { return is_known(input); });
    }

    /// Makes numbers that a method can hold in another form.
    [[nodiscard]] bool computes(int i) const {
        const onnx::NodeProto& n = node(i);
        if (n.op_type() == "If" || n.op_type() == "Loop" || n.op_type() == "Scan") return false;  // its nodes are in its bodies
        return std::any_of(n.output().begin(), n.output().end(), [&](const std::string& output) {
            if (output.empty()) return false;
            const ElementType type = edit_.type(output).element;
            return is_float(type) || (type == ElementType::undefined && !makes_integers(n));
        });
    }

    /// Where the type of what it makes is not known.
    [[nodiscard]] static bool makes_integers(const onnx::NodeProto& n) {
        constexpr std::array<std::string_view, 15> kOps = {
            "ArgMax", "ArgMin", "NonZero", "NonMaxSuppression", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or",
            "Not",    "IsNaN",  "IsInf",   "QuantizeLinear"};
        return is_one_of(kOps, n);
    }

    /// The region of the deepest node that it reads; -1 where it reads none.
    [[nodiscard]] int region_before(int i) const {
        int deepest = -1, region = -1;
        for (const std::string& input : node(i).input()) {
            const int p = edit_.producer(input);
            if (p < 0 || of_item_[at(p)] < 0 || is_known(input) || depth_[at(p)] < deepest) continue;
            deepest = depth_[at(p)];
            region = of_item_[at(p)];
        }
        return region;
    }

    [[nodiscard]] bool begins_with_tie(int region) const { return tied_cores_.contains(region); }

    void place(int i) {
        if (all_known(i)) {
            for (const std::string& output : node(i).output()) known_.insert(output);
            return;
        }
        if (edit_.item(at(i)).origin == kNone || !computes(i)) return;
        const bool is_tie = ties(node(i));
        const int before = is_core(node(i)) || is_tie ? -1 : region_before(i);
        const bool joins = before >= 0 && (!begins_with_tie(before) || moves(node(i)));
        const int region = joins ? before : begin(i);
        if (is_tie) tied_cores_.insert(region);
        const NodeId origin = edit_.item(at(i)).origin;
        of_item_[at(i)] = region;
        found_.of_node[static_cast<std::size_t>(origin)] = region;
        found_.list[at(region)].nodes.push_back(origin);
    }

    int begin(int i) {
        const int id = static_cast<int>(found_.list.size());
        found_.list.push_back({id, edit_.item(at(i)).origin, {}});
        return id;
    }

    void note_ties(int i) {
        const int region = of_item_[at(i)];
        if (region < 0 || !ties(node(i))) return;
        std::set<int> makers;
        for (const std::string& input : node(i).input())
            if (const int p = edit_.producer(input); p >= 0 && of_item_[at(p)] >= 0 && of_item_[at(p)] != region) makers.insert(of_item_[at(p)]);
        found_.list[at(region)].tied.assign(makers.begin(), makers.end());
    }

    const GraphEdit& edit_;
    std::vector<int> of_item_;               ///< region, by item
    std::vector<int> depth_;                 ///< longest way from an input, by item
    std::unordered_set<std::string> known_;  ///< tensors that only constants and shapes decide
    std::set<int> tied_cores_;               ///< regions whose core ties scales
    Regions found_;
};

}  // namespace

Regions regions(const Canonical& canonical) { return Divider(canonical).run(); }

}  // namespace vernier
