// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/tensor.h"

namespace onnx {
class ModelProto;
class GraphProto;
class NodeProto;
class AttributeProto;
class TensorProto;
}  // namespace onnx

namespace vernier {

using NodeId = std::int32_t;   ///< position in the flattened order of all graphs, main graph first in file order
using ValueId = std::int32_t;  ///< position in Model::values()
using GraphId = std::int32_t;  ///< 0 is the main graph; subgraphs (If, Loop, Scan bodies) follow
inline constexpr std::int32_t kNone = -1;

/// One axis: a known size (value >= 0), or unknown, perhaps with a symbolic name.
struct Dim {
    std::int64_t value = -1;
    std::string name = {};
    bool operator==(const Dim&) const = default;
};

/// Type of a value. Sequences, maps and optionals have element type undefined and a text in other.
struct ValueType {
    ElementType element = ElementType::undefined;
    bool has_shape = false;
    std::vector<Dim> dims = {};
    std::string other = {};

    /// "float32[N,3,224,224]", "?" when nothing is known.
    [[nodiscard]] std::string text() const;
    /// Number of elements with symbolic axes counted as 1; nothing when the shape is not known.
    [[nodiscard]] std::optional<std::uint64_t> count() const;
    bool operator==(const ValueType&) const = default;
};

/// A constant tensor of the file: an initializer, a sparse initializer or the value of a Constant node.
/// data views bytes that the Model keeps alive (mapped for external data); it is empty for string tensors.
struct Initializer {
    std::string name;
    ElementType type = ElementType::undefined;
    std::vector<std::int64_t> dims;
    std::span<const std::byte> data;
    bool external = false;
    bool from_constant_node = false;
    GraphId graph = 0;

    [[nodiscard]] std::uint64_t count() const { return element_count(dims); }
    [[nodiscard]] std::uint64_t size_bytes() const { return byte_size(type, count()); }
};

struct Node {
    NodeId id = kNone;
    GraphId graph = 0;
    NodeId parent = kNone;  ///< the node whose attribute holds this node's graph
    std::string name;       ///< as in the file; may be empty or not unique
    std::string label;      ///< unique in the model, for people: the name, or "Conv_12"
    std::string op_type;
    std::string domain;            ///< "" is the standard domain ("ai.onnx" is stored as "")
    std::vector<ValueId> inputs;   ///< kNone for an omitted optional input
    std::vector<ValueId> outputs;  ///< kNone for an omitted optional output
    const onnx::NodeProto* proto = nullptr;
    std::uint64_t parameters = 0;    ///< elements of the constants it reads (a shared one counts at its first reader)
    std::uint64_t weight_bytes = 0;  ///< bytes of the same
    std::uint64_t macs = 0;          ///< multiply-accumulates of one run at the sizes of Model::sizes(); 0 when not known
};

struct Value {
    ValueId id = kNone;
    std::string name;
    GraphId graph = 0;
    ValueType type;
    NodeId producer = kNone;           ///< for a Constant node's output: that node
    std::vector<NodeId> consumers;     ///< each reader once per input slot that reads it; subgraph readers included
    std::int32_t initializer = kNone;  ///< index into Model::initializers()
    bool graph_input = false;
    bool graph_output = false;
    std::optional<std::vector<std::int64_t>> size = {};  ///< its shape at the sizes of Model::sizes(), -1 = not known

    [[nodiscard]] bool is_constant() const { return initializer != kNone; }
};

/// Where the size of an axis comes from.
enum class SizeSource { declared, given, data, assumed };

/// An axis of an input with the size that it counts as.
struct SizedAxis {
    std::int64_t size = 1;
    SizeSource source = SizeSource::declared;
    std::string name = {};  ///< symbolic name; may be empty
    bool operator==(const SizedAxis&) const = default;
};

/// An input with the sizes that its axes count as (core/model/sizes.h chooses them).
struct InputSize {
    std::string name;
    std::vector<SizedAxis> axes;
    bool operator==(const InputSize&) const = default;
};

struct Opset {
    std::string domain;
    std::int64_t version = 0;
    bool operator==(const Opset&) const = default;
};

/// An ONNX file as an immutable value with its indexes. Share it by pointer; it is cheap to hand around.
class Model {
public:
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const;         ///< empty for a model made in memory
    [[nodiscard]] std::filesystem::path folder() const;              ///< where external data lies
    [[nodiscard]] std::vector<std::filesystem::path> files() const;  ///< the file and its external data
    [[nodiscard]] std::uint64_t size_bytes() const;                  ///< file plus its external data
    [[nodiscard]] const std::string& sha256() const;                 ///< of the file's bytes (computed once, when first asked)
    [[nodiscard]] std::int64_t ir_version() const;
    [[nodiscard]] const std::vector<Opset>& opsets() const;
    [[nodiscard]] std::int64_t opset() const;           ///< of the standard domain; 0 when it imports none
    [[nodiscard]] const std::string& producer() const;  ///< "pytorch 2.1"

    [[nodiscard]] const std::vector<Node>& nodes() const;
    [[nodiscard]] const std::vector<Value>& values() const;
    [[nodiscard]] const std::vector<Initializer>& initializers() const;
    [[nodiscard]] const std::vector<ValueId>& inputs() const;  ///< main graph, without initializers that are listed as inputs
    [[nodiscard]] const std::vector<ValueId>& outputs() const;
    [[nodiscard]] const std::vector<InputSize>& sizes() const;  ///< what open axes count as
    [[nodiscard]] const Node& node(NodeId id) const { return nodes()[static_cast<std::size_t>(id)]; }
    [[nodiscard]] const Value& value(ValueId id) const { return values()[static_cast<std::size_t>(id)]; }
    [[nodiscard]] ValueId find_value(std::string_view name, GraphId graph = 0) const;  ///< kNone when absent
    /// The constant behind a value, through Identity nodes too; nullptr when it is computed.
    [[nodiscard]] const Initializer* constant(ValueId id) const;
    [[nodiscard]] std::uint64_t parameters() const;  ///< elements of all initializers of type float or integer
    [[nodiscard]] std::uint64_t weight_bytes() const;
    [[nodiscard]] const std::vector<Finding>& findings() const;  ///< what was odd but not wrong when it was opened
    [[nodiscard]] const onnx::ModelProto& proto() const;         ///< the original, unchanged

    struct Parts;  ///< known to core/model only
    explicit Model(std::unique_ptr<Parts> parts);
    [[nodiscard]] const Parts& parts() const { return *parts_; }

private:
    std::unique_ptr<Parts> parts_;
};

using ModelPtr = std::shared_ptr<const Model>;

/// Opens an ONNX file: parses it, checks it (onnx's checker where it knows the opset; names, references and sizes
/// by our own checks always), maps external data that lies inside the model's folder, infers shapes.
/// Bounds: function expansion and nesting are counted before they are followed.
/// Throws Error{not_found, bad_model}.
[[nodiscard]] ModelPtr open_model(const std::filesystem::path& path, const Job& job = {});

/// The same for a model in memory; external data is looked for in folder.
[[nodiscard]] ModelPtr make_model(onnx::ModelProto proto, std::filesystem::path folder = {}, const Job& job = {});

/// Adds types and shapes found elsewhere (by ONNX Runtime) to values that have none, and counts MACs anew.
struct NamedType {
    std::string name;
    ValueType type;
};
[[nodiscard]] ModelPtr with_types(const ModelPtr& model, const std::vector<NamedType>& types);
/// Adds shapes at Model::sizes() that were found elsewhere to values of the main graph that have none.
[[nodiscard]] ModelPtr with_known_sizes(const ModelPtr& model, const std::vector<NamedType>& types);

/// Writes a model; the file is whole or untouched. Above 1.9 GB, initializers go to "<file>.data" beside it.
/// Throws Error{cannot_write}.
void save_model(const onnx::ModelProto& proto, const std::filesystem::path& path);

/// A copy of the proto in which every external initializer is inline (for a model that is written elsewhere).
[[nodiscard]] onnx::ModelProto inlined_proto(const Model& model);

}  // namespace vernier
