// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/model/declared.h"
#include "core/model/detail/steps.h"
#include "core/model/domain.h"

namespace vernier {
namespace {

/// Bytes above which a constant's values do not matter to shapes and are not copied.
constexpr std::size_t kHeavy = 1024;

using Tensors = std::vector<onnx::TensorProto*>;

/// Every dense tensor of a graph: initializers, then values of Constant nodes.
template <class Visit>
void each_tensor(onnx::GraphProto& graph, const Visit& visit) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) visit(tensor);
    for (onnx::NodeProto& node : *graph.mutable_node())
        if (node.op_type() == "Constant")
            for (onnx::AttributeProto& attribute : *node.mutable_attribute())
                if (attribute.has_t()) visit(*attribute.mutable_t());
}

/// Takes the large values out of a proto while it is copied, and puts them back.
class Lightened {
public:
    explicit Lightened(std::vector<GraphScope>& graphs) {
        for (GraphScope& graph : graphs)
            each_tensor(*graph.proto, [&](onnx::TensorProto& tensor) {
                if (!tensor.has_raw_data() || tensor.raw_data().size() <= kHeavy) return;
                held_.emplace_back(&tensor, std::string());
                tensor.mutable_raw_data()->swap(held_.back().second);
            });
    }
    ~Lightened() {
        for (auto& [tensor, bytes] : held_) tensor->mutable_raw_data()->swap(bytes);
    }
    Lightened(const Lightened&) = delete;
    Lightened& operator=(const Lightened&) = delete;

private:
    std::vector<std::pair<onnx::TensorProto*, std::string>> held_;
};

bool external(const onnx::TensorProto& tensor) { return tensor.data_location() == onnx::TensorProto_DataLocation_EXTERNAL; }

/// True for a tensor whose values were taken out or lie elsewhere.
bool hollow(const onnx::TensorProto& tensor) {
    if (external(tensor)) return true;
    return tensor.has_raw_data() && tensor.raw_data().empty() &&
           std::none_of(tensor.dims().begin(), tensor.dims().end(), [](std::int64_t dim) { return dim == 0; });
}

void fill_with_zeros(onnx::TensorProto& tensor) {
    std::uint64_t count = 1;
    for (const std::int64_t dim : tensor.dims()) count *= static_cast<std::uint64_t>(dim);
    tensor.clear_data_location();
    tensor.clear_external_data();
    tensor.set_raw_data(std::string(byte_size(static_cast<ElementType>(tensor.data_type()), count), '\0'));
}

void add_input(onnx::GraphProto& graph, const std::string& name, const onnx::TensorProto& tensor) {
    onnx::ValueInfoProto& info = *graph.add_input();
    info.set_name(name);
    onnx::TypeProto_Tensor& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(tensor.data_type());
    for (const std::int64_t dim : tensor.dims()) type.mutable_shape()->add_dim()->set_dim_value(dim);
    type.mutable_shape();
}

/// Graphs of the copy, in the same order as those of the original.
std::vector<onnx::GraphProto*> graphs_of(onnx::ModelProto& model) {
    std::vector<onnx::GraphProto*> graphs = {model.mutable_graph()};
    for (std::size_t g = 0; g < graphs.size(); ++g)
        for (onnx::NodeProto& node : *graphs[g]->mutable_node())
            for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
                if (attribute.has_g()) graphs.push_back(attribute.mutable_g());
                for (onnx::GraphProto& body : *attribute.mutable_graphs()) graphs.push_back(&body);
            }
    return graphs;
}

class Scratch {
public:
    Scratch(Model::Parts& parts, onnx::ModelProto& copy) : parts_(parts), copy_(copy), graphs_(graphs_of(copy)) {
        for (const GraphScope& scope : parts.graphs)
            for (const auto& [name, id] : scope.names) ++declared_[name];
        for (const auto& input : copy.graph().input()) inputs_.insert(input.name());
    }

    void prepare() {
        for (std::size_t g = graphs_.size(); g-- > 0;) {
            hoist_initializers(*graphs_[g], g == 0);
            hoist_constants(*graphs_[g], g == 0);
            if (!parts_.sorted) sort(static_cast<GraphId>(g));
            graphs_[g]->set_name(std::to_string(g));
        }
        hide_computed_steps();
        open_odd_axes(*copy_.mutable_graph());
        use_plain_domain(copy_);
        (void)hide_runtime_operators(copy_);
        import_used_domains();
        copy_.clear_training_info();
        take_constants_without_inputs();
    }

private:
    /// A large initializer becomes an input of the main graph, where every graph can see it.
    void hoist_initializers(onnx::GraphProto& graph, bool main) {
        auto& list = *graph.mutable_initializer();
        int kept = 0;
        for (int i = 0; i < list.size(); ++i) {
            onnx::TensorProto& tensor = list[i];
            const bool moves = hollow(tensor) && (main || declared_[tensor.name()] == 1);
            if (moves) {
                if (inputs_.insert(tensor.name()).second) add_input(*copy_.mutable_graph(), tensor.name(), tensor);
                continue;
            }
            if (hollow(tensor)) fill_with_zeros(tensor);
            if (kept != i) list.SwapElements(kept, i);
            ++kept;
        }
        list.DeleteSubrange(kept, list.size() - kept);
    }

    void hoist_constants(onnx::GraphProto& graph, bool main) {
        const auto moves = [&](onnx::NodeProto& node) {
            if (node.op_type() != "Constant" || node.output_size() != 1) return false;
            for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
                if (attribute.name() != "value" || !attribute.has_t() || !hollow(attribute.t())) continue;
                if (main) {
                    add_input(*copy_.mutable_graph(), node.output(0), attribute.t());
                    return true;
                }
                fill_with_zeros(*attribute.mutable_t());
            }
            return false;
        };
        auto& nodes = *graph.mutable_node();
        int kept = 0;
        for (int i = 0; i < nodes.size(); ++i) {
            if (moves(nodes[i])) continue;
            if (kept != i) nodes.SwapElements(kept, i);
            ++kept;
        }
        nodes.DeleteSubrange(kept, nodes.size() - kept);
    }

    /// onnx follows slices of shapes with an index of 32 bits, which a long step overruns. Steps that are constants are checked
    /// (check_counts); those that nodes compute are not known before the inference, so that it does not get to see them.
    void hide_computed_steps() {
        constexpr int kSteps = 4;
        Makers makers;
        for (onnx::GraphProto* graph : graphs_) {
            for (const onnx::TensorProto& tensor : graph->initializer()) makers.constants[tensor.name()] = &tensor;
            for (const onnx::NodeProto& node : graph->node())
                for (const std::string& output : node.output()) makers.nodes[output] = &node;
        }
        std::vector<std::string*> hidden;
        for (onnx::GraphProto* graph : graphs_)
            for (onnx::NodeProto& node : *graph->mutable_node())
                if (node.op_type() == "Slice" && node.input_size() > kSteps && !node.input(kSteps).empty() && !makers.only_move(node.input(kSteps), 0))
                    hidden.push_back(node.mutable_input(kSteps));
        if (hidden.empty()) return;
        const std::string unknown = add_unknown_integers();
        for (std::string* input : hidden) *input = unknown;
    }

    /// What makes each tensor.
    struct Makers {
        std::unordered_map<std::string, const onnx::TensorProto*> constants;
        std::unordered_map<std::string, const onnx::NodeProto*> nodes;

        /// A constant, or one that is only moved, as exporters write it: its numbers are short.
        [[nodiscard]] bool only_move(const std::string& tensor, int depth) const {
            static const std::unordered_set<std::string> kMoves{"Identity", "Cast", "Unsqueeze", "Squeeze", "Reshape", "Flatten"};
            constexpr int kDeepest = 8;
            if (const auto constant = constants.find(tensor); constant != constants.end()) return depth == 0 || is_short(*constant->second);
            const auto found = nodes.find(tensor);
            if (found == nodes.end() || depth == kDeepest) return false;
            const onnx::NodeProto& node = *found->second;
            if (node.op_type() == "Constant") {
                if (depth == 0) return true;
                return std::any_of(node.attribute().begin(), node.attribute().end(),
                                   [](const auto& attribute) { return attribute.has_t() && is_short(attribute.t()); });
            }
            if (node.op_type() == "Concat")
                return std::all_of(node.input().begin(), node.input().end(), [&](const std::string& input) { return only_move(input, depth + 1); });
            return kMoves.contains(node.op_type()) && node.input_size() > 0 && only_move(node.input(0), depth + 1);
        }

        static bool is_short(const onnx::TensorProto& tensor) {
            constexpr std::int64_t kLongest = 1 << 30;
            const auto fits = [](std::int64_t step) { return step >= -kLongest && step <= kLongest; };
            if (tensor.data_type() != onnx::TensorProto::INT64) return tensor.data_type() == onnx::TensorProto::INT32;
            if (!tensor.has_raw_data()) return std::all_of(tensor.int64_data().begin(), tensor.int64_data().end(), fits);
            for (std::size_t at = 0; at + sizeof(std::int64_t) <= tensor.raw_data().size(); at += sizeof(std::int64_t)) {
                std::int64_t step = 0;
                std::memcpy(&step, tensor.raw_data().data() + at, sizeof step);
                if (!fits(step)) return false;
            }
            return true;
        }
    };

    /// An input of the main graph that no node of the model reads.
    std::string add_unknown_integers() {
        std::string name = "unknown_steps";
        while (declared_.contains(name) || inputs_.contains(name)) name += "_";
        onnx::ValueInfoProto& info = *copy_.mutable_graph()->add_input();
        info.set_name(name);
        onnx::TypeProto_Tensor& type = *info.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::INT64);
        type.mutable_shape()->add_dim();
        return name;
    }

    /// Puts the nodes of one graph behind what they read, else in file order.
    void sort(GraphId graph) {
        auto& nodes = *graphs_[static_cast<std::size_t>(graph)]->mutable_node();
        std::unordered_map<std::string, int> makers;
        for (int i = 0; i < nodes.size(); ++i)
            for (const std::string& output : nodes[i].output())
                if (!output.empty()) makers[output] = i;
        std::vector<std::vector<int>> readers(static_cast<std::size_t>(nodes.size()));
        std::vector<int> waits(static_cast<std::size_t>(nodes.size()), 0);
        for (int i = 0; i < nodes.size(); ++i) {
            std::vector<const std::string*> names;
            collect_reads(nodes[i], names);
            for (const std::string* name : names)
                if (const auto maker = makers.find(*name); maker != makers.end() && maker->second != i) {
                    readers[static_cast<std::size_t>(maker->second)].push_back(i);
                    ++waits[static_cast<std::size_t>(i)];
                }
        }
        std::set<int> ready;
        for (int i = 0; i < nodes.size(); ++i)
            if (waits[static_cast<std::size_t>(i)] == 0) ready.insert(i);
        google::protobuf::RepeatedPtrField<onnx::NodeProto> sorted;
        while (!ready.empty()) {
            const int next = *ready.begin();
            ready.erase(ready.begin());
            for (const int reader : readers[static_cast<std::size_t>(next)])
                if (--waits[static_cast<std::size_t>(reader)] == 0) ready.insert(reader);
            sorted.Add()->Swap(&nodes[next]);
        }
        nodes.Swap(&sorted);
    }

    static void collect_reads(const onnx::NodeProto& node, std::vector<const std::string*>& names) {
        for (const std::string& input : node.input()) names.push_back(&input);
        const auto of_graph = [&](const onnx::GraphProto& graph) {
            for (const onnx::NodeProto& inner : graph.node()) collect_reads(inner, names);
            for (const onnx::ValueInfoProto& output : graph.output()) names.push_back(&output.name());
        };
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) of_graph(attribute.g());
            for (const onnx::GraphProto& body : attribute.graphs()) of_graph(body);
        }
    }

    /// Below version 4 each initializer has to be an input as well. Optimizers forget it for those that they add, and ONNX Runtime does
    /// not mind.
    void take_constants_without_inputs() {
        constexpr std::int64_t kFree = 4;
        const auto& constants = copy_.graph().initializer();
        const bool forgotten = std::any_of(constants.begin(), constants.end(), [&](const auto& tensor) { return !inputs_.contains(tensor.name()); });
        if (forgotten && copy_.ir_version() < kFree) copy_.set_ir_version(kFree);
    }

    /// ONNX Runtime knows its own domain even when a file forgets to import it; onnx's checker does not.
    void import_used_domains() {
        std::unordered_set<std::string> imported;
        for (const auto& import : copy_.opset_import()) imported.insert(import.domain());
        for (const Node& node : parts_.nodes)
            if (node.domain == "com.microsoft" && imported.insert(node.domain).second) {
                auto& import = *copy_.add_opset_import();
                import.set_domain(node.domain);
                import.set_version(1);
            }
    }

    Model::Parts& parts_;
    onnx::ModelProto& copy_;
    std::vector<onnx::GraphProto*> graphs_;
    std::unordered_map<std::string_view, int> declared_;
    std::unordered_set<std::string> inputs_;
};

}  // namespace

onnx::ModelProto scratch_copy(Model::Parts& parts) {
    onnx::ModelProto copy;
    {
        const Lightened lightened(parts.graphs);
        copy = parts.source->proto;
    }
    Scratch(parts, copy).prepare();
    return copy;
}

}  // namespace vernier
