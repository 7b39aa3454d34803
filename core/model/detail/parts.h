// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/model.h"

namespace vernier {

/// Results of sub-graphs of constants, made when somebody asks for them. Values keep their ids when types are added.
struct ComputedConstants {
    struct Entry {
        std::optional<Tensor> tensor;  ///< nothing where it cannot be computed
        Initializer view;
    };
    std::mutex lock;
    std::unordered_map<ValueId, std::unique_ptr<Entry>> entries;
    std::uint64_t bytes = 0;
};

/// What models that differ only in inferred types share: the file itself and the bytes of its tensors.
struct Source {
    onnx::ModelProto proto;    ///< local functions put in the place of their calls, sparse constants made dense
    bool differs = false;      ///< from the file, which has functions and calls in the place of some of proto's nodes, or sparse constants
    onnx::ModelProto written;  ///< then, for a model made in memory: as it was given
    std::filesystem::path path;
    std::filesystem::path folder;
    std::unique_ptr<MappedFile> file;                                       ///< kept mapped so that the hash is that of the file that was read
    std::unordered_map<std::string, std::unique_ptr<MappedFile>> external;  ///< by canonical path
    std::deque<std::vector<std::byte>> owned;                               ///< bytes of tensors that are stored value by value
    std::uint64_t sparse_bytes = 0;                                         ///< of sparse tensors as if they were dense
    std::string producer;
    std::once_flag hashed;
    std::string hash;
    ComputedConstants computed;
};

/// One graph of the model, with the values that it declares.
struct GraphScope {
    onnx::GraphProto* proto = nullptr;
    GraphId parent = kNone;
    NodeId holder = kNone;                                     ///< the node whose attribute holds this graph
    std::unordered_map<std::string_view, ValueId> names = {};  ///< keys are strings of the proto
};

/// What nodes compute in and values are made of, by id; found once, when first asked (see precision.h).
struct Makeup {
    std::once_flag made;
    std::vector<bool> constant;           ///< by value: a constant, or made of constants alone
    std::vector<std::uint8_t> code_bits;  ///< by value: width of the integer codes that such a value is made of; 0 = none
    std::vector<std::uint8_t> precision;  ///< by node
};

struct Model::Parts {
    std::shared_ptr<Source> source = std::make_shared<Source>();
    std::shared_ptr<Makeup> makeup = std::make_shared<Makeup>();
    std::vector<GraphScope> graphs;
    std::vector<Node> nodes;
    std::vector<Value> values;
    std::vector<Initializer> initializers;
    std::vector<std::int32_t> constants;                                 ///< by value: the initializer behind it, through Identity nodes too; kNone
    std::unordered_map<const onnx::TensorProto*, std::int32_t> tensors;  ///< dense tensors by their proto
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    std::vector<Opset> opsets;
    std::vector<InputSize> sizes;                     ///< what open axes count as
    std::shared_ptr<const onnx::ModelProto> scratch;  ///< for onnx's shape inference at other sizes; null when no axis is open
    std::uint64_t parameters = 0;
    std::uint64_t weight_bytes = 0;
    std::unordered_map<ValueId, ValueType> inferred;  ///< where a file declares more than inference finds: what it finds
    std::vector<Finding> findings;
    std::optional<Error> damage;  ///< the first thing that does not hold together; see core/model/damage.h
    bool sorted = true;           ///< every node stands behind the nodes that it reads

    /// The value that a name means inside a graph: its own, or one of an outer graph.
    [[nodiscard]] ValueId resolve(std::string_view name, GraphId graph) const;
};

}  // namespace vernier
