// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/detail/steps.h"
#include "core/model/domain.h"

namespace vernier {
namespace {

Error broken(std::string what, Where where = {}) {
    return {ErrorKind::bad_model, std::move(what), std::move(where), "The file is damaged or was written wrongly; export it again"};
}

class Indexer {
public:
    explicit Indexer(Model::Parts& parts) : parts_(parts) {}

    void run() {
        // Graphs are taken in the order in which they are met, so ids run through the main graph first.
        parts_.graphs.push_back({parts_.source->proto.mutable_graph()});
        for (std::size_t g = 0; g < parts_.graphs.size(); ++g) declare(static_cast<GraphId>(g));
        for (Node& node : parts_.nodes) connect(node);
        for (std::size_t g = 0; g < parts_.graphs.size(); ++g) connect_outputs(static_cast<GraphId>(g));
        check_order();
        find_constants();
        label_nodes();
    }

private:
    void damaged(std::string what, Where where = {}) { note_damage(parts_, broken(std::move(what), std::move(where))); }

    void declare(GraphId graph) {
        // The vector of graphs grows below, so no reference into it is kept.
        onnx::GraphProto& proto = *parts_.graphs[static_cast<std::size_t>(graph)].proto;
        for (const onnx::ValueInfoProto& info : proto.input()) {
            Value& value = add_value(graph, info.name(), "a graph input");
            value.graph_input = true;
            value.type = value_type(info.type());
        }
        for (const onnx::TensorProto& tensor : proto.initializer()) {
            const std::int32_t index = add_initializer(graph, tensor.name(), [&] { return read_tensor(*parts_.source, tensor, tensor.name()); });
            if (index != kNone) parts_.tensors.emplace(&tensor, index);
        }
        for (const onnx::SparseTensorProto& tensor : proto.sparse_initializer()) {
            const std::string& name = tensor.values().name();
            add_initializer(graph, name, [&] { return read_sparse(*parts_.source, tensor, name); });
        }
        for (onnx::NodeProto& node : *proto.mutable_node()) declare_node(graph, node);
        declare_types(graph, proto);
    }

    void declare_types(GraphId graph, const onnx::GraphProto& proto) {
        const auto& names = parts_.graphs[static_cast<std::size_t>(graph)].names;
        const auto set = [&](const onnx::ValueInfoProto& info) {
            const auto found = names.find(info.name());
            if (found == names.end() || !info.has_type()) return;
            Value& value = parts_.values[static_cast<std::size_t>(found->second)];
            if (!value.graph_input && !value.is_constant()) value.type = value_type(info.type());
        };
        for (const onnx::ValueInfoProto& info : proto.value_info()) set(info);
        for (const onnx::ValueInfoProto& info : proto.output()) set(info);
    }

    Value& add_value(GraphId graph, const std::string& name, std::string_view what) {
        check_text(name);
        auto& names = parts_.graphs[static_cast<std::size_t>(graph)].names;
        const auto id = static_cast<ValueId>(parts_.values.size());
        // A value that cannot be named is there, but nobody finds it.
        if (name.empty())
            damaged(fmt::format("{} without a name", what));
        else if (!names.emplace(name, id).second)
            damaged(fmt::format("two values of one graph have the same name, the second as {}", what), {.tensor = printable(name)});
        Value& value = parts_.values.emplace_back();
        value.id = id;
        value.name = name;
        value.graph = graph;
        return value;
    }

    /// The tensor, or nothing when its bytes are not there or do not fit.
    template <class Read>
    std::optional<Initializer> tried(const Read& read) {
        try {
            return read();
        } catch (const Error& error) {
            note_damage(parts_, error);
            return std::nullopt;
        }
    }

    /// An initializer may also be listed as an input of its graph; it is then one value. kNone when it cannot be read.
    template <class Read>
    std::int32_t add_initializer(GraphId graph, const std::string& name, const Read& read) {
        std::optional<Initializer> tensor = tried(read);
        const auto& names = parts_.graphs[static_cast<std::size_t>(graph)].names;
        const auto found = names.find(name);
        Value& value = found != names.end() && parts_.values[static_cast<std::size_t>(found->second)].graph_input
                           ? parts_.values[static_cast<std::size_t>(found->second)]
                           : add_value(graph, name, "an initializer");
        if (value.is_constant()) damaged("two initializers have the same name", {.tensor = printable(name)});
        if (!tensor || value.is_constant()) return kNone;
        tensor->graph = graph;
        return attach(value, std::move(*tensor));
    }

    std::int32_t attach(Value& value, Initializer tensor) {
        value.initializer = static_cast<std::int32_t>(parts_.initializers.size());
        value.type = {};
        value.type.element = tensor.type;
        value.type.has_shape = true;
        for (const std::int64_t dim : tensor.dims) value.type.dims.push_back({dim, {}});
        parts_.initializers.push_back(std::move(tensor));
        return value.initializer;
    }

    void declare_node(GraphId graph, onnx::NodeProto& proto) {
        const auto id = static_cast<NodeId>(parts_.nodes.size());
        Node& node = parts_.nodes.emplace_back();
        node.id = id;
        node.graph = graph;
        node.parent = parts_.graphs[static_cast<std::size_t>(graph)].holder;
        node.proto = &proto;
        node.name = proto.name();
        node.op_type = proto.op_type();
        node.domain = is_standard_domain(proto.domain()) ? std::string() : proto.domain();
        for (const std::string* text : {&proto.name(), &proto.op_type(), &proto.domain()}) check_text(*text);
        if (node.op_type.empty()) damaged("a node has no operator type", {.node = printable(node.name)});
        for (const std::string& output : proto.output()) {
            ValueId value = kNone;
            if (!output.empty()) {
                Value& made = add_value(graph, output, fmt::format("an output of node '{}'", printable(node.name)));
                made.producer = id;
                value = made.id;
            }
            node.outputs.push_back(value);
        }
        if (node.op_type == "Constant" && node.domain.empty()) take_constant(node, graph);
        for (onnx::AttributeProto& attribute : *proto.mutable_attribute()) {
            if (attribute.has_g()) parts_.graphs.push_back({attribute.mutable_g(), graph, id});
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) parts_.graphs.push_back({&body, graph, id});
        }
    }

    void take_constant(const Node& node, GraphId graph) {
        if (node.outputs.size() != 1 || node.outputs[0] == kNone) return damaged("a Constant node does not have one output", {.node = printable(node.name)});
        Value& value = parts_.values[static_cast<std::size_t>(node.outputs[0])];
        std::optional<Initializer> tensor = tried([&] { return read_constant_node(*parts_.source, *node.proto, value.name); });
        if (!tensor) return;
        tensor->from_constant_node = true;
        tensor->graph = graph;
        const std::int32_t index = attach(value, std::move(*tensor));
        for (const onnx::AttributeProto& attribute : node.proto->attribute())
            if (attribute.name() == "value" && attribute.has_t()) parts_.tensors.emplace(&attribute.t(), index);
    }

    void connect(Node& node) {
        for (const std::string& input : node.proto->input()) {
            ValueId id = kNone;
            if (!input.empty()) {
                id = parts_.resolve(input, node.graph);
                if (id == kNone)
                    damaged(fmt::format("{} reads a value without a producer", printable(node.op_type)),
                            {.node = printable(node.name), .tensor = printable(input)});
                else
                    parts_.values[static_cast<std::size_t>(id)].consumers.push_back(node.id);
            }
            node.inputs.push_back(id);
        }
    }

    void connect_outputs(GraphId graph) {
        const GraphScope& scope = parts_.graphs[static_cast<std::size_t>(graph)];
        for (const onnx::ValueInfoProto& info : scope.proto->output()) {
            const ValueId id = parts_.resolve(info.name(), graph);
            if (id == kNone) {
                damaged("graph output without a producer", {.tensor = printable(info.name())});
                continue;
            }
            Value& value = parts_.values[static_cast<std::size_t>(id)];
            if (value.graph == graph)
                value.graph_output = true;
            else
                value.consumers.push_back(scope.holder);  // a body that hands on an outer value
            if (graph == 0) parts_.outputs.push_back(id);
        }
        if (graph != 0) return;
        for (const onnx::ValueInfoProto& info : scope.proto->input()) {
            const auto found = scope.names.find(info.name());
            if (found == scope.names.end() || parts_.values[static_cast<std::size_t>(found->second)].is_constant()) continue;
            parts_.inputs.push_back(found->second);
        }
    }

    /// The node itself, or the node around it that lies in the given graph.
    NodeId ancestor(NodeId id, GraphId graph) const {
        while (id != kNone && parts_.nodes[static_cast<std::size_t>(id)].graph != graph) id = parts_.nodes[static_cast<std::size_t>(id)].parent;
        return id;
    }

    /// Nodes wait for what they read; when some never get it, there is a cycle.
    void check_order() {
        std::vector<std::vector<NodeId>> readers(parts_.nodes.size());
        std::vector<std::int32_t> waits(parts_.nodes.size(), 0);
        for (const Value& value : parts_.values) {
            if (value.producer == kNone) continue;
            for (const NodeId consumer : value.consumers) {
                const NodeId reader = ancestor(consumer, value.graph);
                if (reader <= value.producer) parts_.sorted = false;
                readers[static_cast<std::size_t>(value.producer)].push_back(reader);
                ++waits[static_cast<std::size_t>(reader)];
            }
        }
        if (parts_.sorted) return;
        std::vector<NodeId> ready;
        for (const Node& node : parts_.nodes)
            if (waits[static_cast<std::size_t>(node.id)] == 0) ready.push_back(node.id);
        for (std::size_t i = 0; i < ready.size(); ++i)
            for (const NodeId reader : readers[static_cast<std::size_t>(ready[i])])
                if (--waits[static_cast<std::size_t>(reader)] == 0) ready.push_back(reader);
        if (ready.size() == parts_.nodes.size()) return;
        const auto first = std::find_if(waits.begin(), waits.end(), [](std::int32_t count) { return count > 0; });
        const Node& node = parts_.nodes[static_cast<std::size_t>(first - waits.begin())];
        damaged(fmt::format("the graph has a cycle that passes through {}", printable(node.op_type)), {.node = printable(node.name)});
        cut_cycles(waits);
    }

    /// Takes away what waiting nodes read from waiting nodes behind them in the file; what remains runs forward only.
    void cut_cycles(const std::vector<std::int32_t>& waits) {
        for (Value& value : parts_.values) {
            if (value.producer == kNone || waits[static_cast<std::size_t>(value.producer)] == 0) continue;
            std::erase_if(value.consumers, [&](NodeId consumer) {
                const NodeId reader = ancestor(consumer, value.graph);
                if (reader > value.producer || waits[static_cast<std::size_t>(reader)] == 0) return false;
                auto& inputs = parts_.nodes[static_cast<std::size_t>(consumer)].inputs;
                std::replace(inputs.begin(), inputs.end(), value.id, ValueId{kNone});
                return true;
            });
        }
    }

    /// The value that an Identity node hands on; kNone for another's.
    ValueId handed_on(ValueId value) const {
        const NodeId producer = parts_.values[static_cast<std::size_t>(value)].producer;
        if (producer == kNone) return kNone;
        const Node& node = parts_.nodes[static_cast<std::size_t>(producer)];
        return node.op_type == "Identity" && node.domain.empty() && !node.inputs.empty() ? node.inputs[0] : kNone;
    }

    /// Each value of a chain of Identity nodes is followed once, however many nodes ask for it.
    void find_constants() {
        std::vector<bool> known(parts_.values.size(), false);
        parts_.constants.assign(parts_.values.size(), kNone);
        std::vector<ValueId> chain;
        for (const Value& value : parts_.values) {
            chain.clear();
            ValueId at = value.id;
            while (at != kNone && !known[static_cast<std::size_t>(at)]) {
                known[static_cast<std::size_t>(at)] = true;
                parts_.constants[static_cast<std::size_t>(at)] = parts_.values[static_cast<std::size_t>(at)].initializer;
                chain.push_back(at);
                if (parts_.values[static_cast<std::size_t>(at)].is_constant()) break;
                at = handed_on(at);
            }
            const std::int32_t behind = at == kNone ? kNone : parts_.constants[static_cast<std::size_t>(at)];
            for (const ValueId each : chain) parts_.constants[static_cast<std::size_t>(each)] = behind;
        }
    }

    void label_nodes() {
        std::unordered_set<std::string> taken;
        for (Node& node : parts_.nodes) {
            const std::string numbered = fmt::format("{}_{}", printable(node.op_type, 60), node.id);
            node.label = node.name.empty() ? numbered : printable(node.name);
            while (!taken.insert(node.label).second) node.label += fmt::format("_{}", node.id);
        }
    }

    static void check_text(const std::string& text) {
        if (!valid_utf8(text)) throw broken(fmt::format("the name '{}' is not valid UTF-8", printable(text)));
    }

    Model::Parts& parts_;
};

}  // namespace

void build_index(Model::Parts& parts) {
    Indexer(parts).run();
    for (const auto& import : parts.source->proto.opset_import())
        parts.opsets.push_back({is_standard_domain(import.domain()) ? std::string() : import.domain(), import.version()});
}

}  // namespace vernier
