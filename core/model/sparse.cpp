// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/base/error.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace {

bool has_sparse(const onnx::GraphProto& graph) {
    if (!graph.sparse_initializer().empty()) return true;
    return std::any_of(graph.node().begin(), graph.node().end(), [](const onnx::NodeProto& node) {
        return std::any_of(node.attribute().begin(), node.attribute().end(), [](const onnx::AttributeProto& attribute) {
            return (attribute.has_g() && has_sparse(attribute.g())) || std::any_of(attribute.graphs().begin(), attribute.graphs().end(), has_sparse);
        });
    });
}

/// False for one that stays sparse: too large, or wrong, which is said where it is read.
bool is_made_dense(Source& source, const onnx::SparseTensorProto& sparse, onnx::GraphProto& graph) {
    const std::uint64_t before = source.sparse_bytes;
    try {
        const Initializer dense = read_sparse(source, sparse, sparse.values().name());
        if (dense.data.empty()) {
            source.sparse_bytes = before;  // it is read again, and counted then
            return false;
        }
        onnx::TensorProto& tensor = *graph.add_initializer();
        tensor.set_name(sparse.values().name());
        tensor.set_data_type(sparse.values().data_type());
        *tensor.mutable_dims() = sparse.dims();
        tensor.set_raw_data(dense.data.data(), dense.data.size());
        return true;
    } catch (const Error&) {
        source.sparse_bytes = before;
        return false;
    }
}

void make_dense(Source& source, onnx::GraphProto& graph) {
    auto& list = *graph.mutable_sparse_initializer();
    list.erase(std::remove_if(list.begin(), list.end(), [&](const onnx::SparseTensorProto& sparse) { return is_made_dense(source, sparse, graph); }),
               list.end());
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) make_dense(source, *attribute.mutable_g());
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) make_dense(source, body);
        }
}

}  // namespace

void make_sparse_dense(Model::Parts& parts) {
    Source& source = *parts.source;
    if (!has_sparse(source.proto.graph())) return;
    if (!source.file && !source.differs) source.written = source.proto;
    source.differs = true;
    make_dense(source, *source.proto.mutable_graph());
}

}  // namespace vernier
