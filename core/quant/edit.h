// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/model/model.h"
#include "core/quant/attributes.h"

namespace vernier {

/// A model that is being rewritten: nodes of all of its graphs by stable index, producers and readers by tensor name, fresh
/// names. The nodes of bodies (If, Loop, Scan) are items like those of the main graph: values of bodies get names that are
/// unique in the model, so a name says which value is meant wherever it is read. Node names are unique too (the Model's
/// labels), so that plan, audit and profile can name them. Constant nodes have become initializers.
/// A node of the model stays in its graph. What we add lies as deep as all that read it allow, so that it runs only where it is
/// needed; QuantizeLinear stays beside the node whose result it reads.
class GraphEdit {
public:
    struct Item {
        onnx::NodeProto proto;  ///< of a node with bodies: they are empty until the model is built
        NodeId origin = kNone;  ///< node of the opened model that it stands for; kNone for what we add
        bool removed = false;
        GraphId graph = 0;  ///< in which it lies, where it has an origin; graph_of tells it for all
    };

    /// Takes over a copy of the model (external initializers inline).
    explicit GraphEdit(const Model& model) : GraphEdit(model, nullptr) {}
    /// The same, but constants are shared with the model, which the edit keeps alive, until something is built: a plan of two
    /// gigabytes of weights copies none of them. (A model with bodies is copied: its names change.)
    explicit GraphEdit(const ModelPtr& model) : GraphEdit(*model, model) {}
    /// Carries items and indexes over to a proto whose nodes were changed by someone else (the opset converter); nodes are
    /// matched by name.
    void adopt(onnx::ModelProto proto);

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] Item& item(std::size_t index) { return items_[index]; }
    [[nodiscard]] const Item& item(std::size_t index) const { return items_[index]; }
    [[nodiscard]] std::int64_t opset() const;
    void set_opset(std::string_view domain, std::int64_t version);

    [[nodiscard]] bool has_bodies() const { return graphs_.size() > 1; }
    /// Graph that an item lies in, 0 for the main graph; numbers of bodies are this edit's own.
    [[nodiscard]] GraphId graph_of(int index) const;

    /// Index of the node that makes a tensor; -1 for inputs and initializers.
    [[nodiscard]] int producer(const std::string& tensor) const;
    /// Indexes of the nodes that read a tensor (each once), without removed ones.
    [[nodiscard]] std::vector<int> readers(const std::string& tensor) const;
    [[nodiscard]] bool is_output(const std::string& tensor) const;  ///< of the main graph or of a body
    [[nodiscard]] bool is_input(const std::string& tensor) const;   ///< of the main graph or of a body
    /// True when a node reads the tensor in a body inside of the graph that makes it.
    [[nodiscard]] bool has_outer_reads(const std::string& tensor) const;
    /// The one reader when the tensor has exactly one, is no graph output and lies in the reader's graph; else -1.
    [[nodiscard]] int only_reader(const std::string& tensor) const;

    /// A constant with its bytes; nullptr when it is computed. What only asks whether there is one, or for its size or type,
    /// asks below: this reads data that lie outside of the model's file.
    [[nodiscard]] const onnx::TensorProto* initializer(const std::string& tensor) const;
    [[nodiscard]] bool is_constant(const std::string& tensor) const { return initializers_.contains(tensor); }
    [[nodiscard]] bool is_float_constant(const std::string& tensor) const;     ///< an initializer of float32
    [[nodiscard]] std::vector<float> floats(const std::string& tensor) const;  ///< of an initializer
    /// Largest magnitude of a float initializer, read in place; infinite where it holds NaN or infinity.
    [[nodiscard]] float largest_magnitude(const std::string& tensor) const;
    [[nodiscard]] std::vector<std::int64_t> ints(const std::string& tensor) const;  ///< of an integer initializer
    [[nodiscard]] std::vector<std::int64_t> dims(const std::string& tensor) const;  ///< of an initializer
    /// Type of any tensor as far as known (shape inference of the opened model, by name).
    [[nodiscard]] ValueType type(const std::string& tensor) const;
    /// Axes of a tensor by its type; -1 = not known.
    [[nodiscard]] int rank(const std::string& tensor) const;
    void set_type(const std::string& tensor, ValueType type);

    [[nodiscard]] std::string fresh(std::string_view base);  ///< unused name of a tensor or node
    std::string add_initializer(std::string_view base, ElementType type, const std::vector<std::int64_t>& dims, std::span<const std::byte> bytes);
    template <class T>
    std::string add_constant(std::string_view base, ElementType type, const std::vector<std::int64_t>& dims, const std::vector<T>& values) {
        return add_initializer(base, type, dims, std::as_bytes(std::span(values)));
    }
    std::string add_scalar(std::string_view base, float value);
    /// Gives a float initializer another content, for all of its readers.
    void replace_constant(const std::string& tensor, const std::vector<std::int64_t>& dims, const std::vector<float>& values);

    /// Adds a node; it is put in order when the model is built. Returns its index.
    int add(onnx::NodeProto proto, NodeId origin = kNone);
    int add(std::string_view op, std::vector<std::string> inputs, std::vector<std::string> outputs, std::string_view name, std::string_view domain = "",
            NodeId origin = kNone);
    void remove(int index);
    void set_input(int index, int slot, const std::string& tensor);
    void set_output(int index, int slot, const std::string& tensor);
    /// Makes every reader (not the lists of graph outputs) of a tensor read another.
    void replace_reads(const std::string& tensor, const std::string& by);

    /// The model: nodes in topological order, unused initializers dropped, value infos of vanished tensors dropped.
    [[nodiscard]] onnx::ModelProto build() const&;
    /// The same, without a copy of the initializers that no other edit holds.
    [[nodiscard]] onnx::ModelProto build() &&;

private:
    /// A constant. Copies of the edit share it; so does the model that it was taken from.
    struct Constant {
        std::shared_ptr<const onnx::TensorProto> tensor;
        std::span<const std::byte> outside = {};  ///< its bytes, where the tensor only names the file that they lie in
    };
    /// owner: keeps the model alive, so that its constants can be shared; nullptr: copies them.
    GraphEdit(const Model& model, const std::shared_ptr<const void>& owner);
    void share_constants(const Model& model, const std::shared_ptr<const void>& owner);
    /// The tensor without its bytes; nullptr when it is computed.
    [[nodiscard]] const onnx::TensorProto* header(const std::string& tensor) const;
    /// A graph: the main one, or a body, which an attribute of an item holds.
    struct Graph {
        GraphId parent = 0;
        int holder = -1;     ///< item; -1 for the main graph
        int attribute = -1;  ///< of the holder
        int place = -1;      ///< in the attribute's list of graphs; -1 when it holds one only
    };
    using Identify = std::function<void(Item&)>;  ///< gives a node its origin and name

    void take_graphs(const Identify& identify);
    void take_item(Item item);
    void take_bodies(int index);
    void take_initializers(GraphId graph);
    void take_types(const Model& model, const std::vector<std::unordered_map<std::string, std::string>>& renames);
    void restore_declared(const std::unordered_map<std::string, onnx::ValueInfoProto>& declared);
    /// A graph without its nodes and initializers.
    [[nodiscard]] onnx::GraphProto& frame(GraphId graph);
    [[nodiscard]] const onnx::GraphProto& frame(GraphId graph) const;
    void index_nodes();
    void link(int index);
    void unlink(int index);
    [[nodiscard]] GraphId common(GraphId a, GraphId b) const;  ///< the innermost graph around both
    [[nodiscard]] GraphId home_of(const std::string& tensor) const;
    [[nodiscard]] GraphId deepest_input(const onnx::NodeProto& node) const;
    /// The innermost graph around all that read a tensor; kNone when nothing does.
    [[nodiscard]] GraphId where_read(const std::string& tensor) const;
    [[nodiscard]] int holder_in(int index, GraphId graph, const std::vector<GraphId>& graphs) const;
    [[nodiscard]] std::vector<std::vector<int>> items_before(const std::vector<GraphId>& graphs) const;
    [[nodiscard]] std::vector<std::vector<int>> ordered_items() const;  ///< by graph
    struct Building;
    void fill(GraphId graph, onnx::GraphProto& out, Building& building) const;
    /// The model without initializers, and where those go that it needs.
    [[nodiscard]] onnx::ModelProto build_nodes(std::vector<std::pair<std::string, onnx::GraphProto*>>& needed) const;
    void write_value_infos(onnx::GraphProto& graph, const std::unordered_set<std::string>& alive) const;
    using Types = std::unordered_map<std::string, ValueType>;
    onnx::ModelProto base_;  ///< everything but nodes and initializers
    std::vector<Item> items_;
    std::vector<Graph> graphs_;                             ///< the main graph first, a body behind the graph around it
    std::unordered_map<NodeId, GraphId> graph_of_origin_;   ///< of nodes in bodies
    mutable std::map<std::string, Constant> initializers_;  ///< bytes from outside are read when they are asked for
    std::vector<std::pair<std::string, Constant>> shared_;  ///< the model's own, until they are taken in
    std::vector<std::string> initializer_order_;
    std::unordered_map<std::string, int> producer_;
    std::unordered_map<std::string, std::vector<int>> readers_;
    std::unordered_map<std::string, GraphId> inputs_, outputs_;
    std::unordered_map<std::string, GraphId> homes_;  ///< of initializers that the model has in bodies, or around bodies
    std::unordered_set<std::string> names_;
    Types types_;
    std::unordered_set<std::string> retyped_;  ///< tensors whose type we changed: their value infos are written anew
    unsigned next_name_ = 0;
};

}  // namespace vernier
