// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/bodies.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <utility>

namespace vernier {

std::vector<Body> bodies_of(const Model& model) {
    std::vector<Body> bodies{{0, kNone, {}}};
    // Ids of graphs are given as they are met, node by node (core/model/index.cpp).
    const auto add = [&](NodeId holder, std::string name) { bodies.push_back({static_cast<GraphId>(bodies.size()), holder, std::move(name)}); };
    for (const Node& node : model.nodes()) {
        for (const onnx::AttributeProto& attribute : node.proto->attribute()) {
            if (attribute.has_g()) add(node.id, attribute.name());
            for (int i = 0; i < attribute.graphs_size(); ++i) add(node.id, fmt::format("{}[{}]", attribute.name(), i));
        }
    }
    for (const Node& node : model.nodes()) {
        if (node.op_type == "Constant" && node.domain.empty()) continue;
        for (NodeId at = node.id; at != kNone; at = model.node(at).parent) ++bodies.at(static_cast<std::size_t>(model.node(at).graph)).nodes;
    }
    return bodies;
}

}  // namespace vernier
