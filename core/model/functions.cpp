// SPDX-License-Identifier: GPL-3.0-or-later
#include <onnx/defs/schema.h>
#include <onnx/inliner/inliner.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "core/model/detail/steps.h"
#include "core/model/domain.h"
#include "core/model/written.h"

namespace vernier {
namespace {

/// The constants of a model that lie in other files, by name.
std::unordered_map<std::string_view, const Initializer*> external_constants(const Model& model) {
    std::unordered_map<std::string_view, const Initializer*> found;
    for (const Initializer& constant : model.initializers())
        if (constant.external) found.emplace(constant.name, &constant);
    return found;
}

void take_inside(onnx::GraphProto& graph, const std::unordered_map<std::string_view, const Initializer*>& constants) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
        if (tensor.data_location() != onnx::TensorProto_DataLocation_EXTERNAL) continue;
        const auto found = constants.find(tensor.name());
        if (found == constants.end()) continue;
        tensor.clear_data_location();
        tensor.clear_external_data();
        tensor.set_raw_data(found->second->data.data(), found->second->data.size());
    }
    for (onnx::NodeProto& node : *graph.mutable_node())
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) take_inside(*attribute.mutable_g(), constants);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) take_inside(body, constants);
        }
}

/// Local functions by domain, name and overload.
using Functions = std::map<std::tuple<std::string, std::string, std::string>, const onnx::FunctionProto*>;

Functions functions_of(const onnx::ModelProto& model) {
    Functions functions;
    for (const onnx::FunctionProto& function : model.functions())
        functions.emplace(std::tuple(function.domain(), function.name(), function.overload()), &function);
    return functions;
}

/// Writes the default values of attributes that a call leaves out: onnx's inliner forgets them.
void write_defaults(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, const Functions& functions) {
    for (onnx::NodeProto& node : nodes) {
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) write_defaults(*attribute.mutable_g()->mutable_node(), functions);
            for (onnx::GraphProto& body : *attribute.mutable_graphs()) write_defaults(*body.mutable_node(), functions);
        }
        const auto called = functions.find(std::tuple(node.domain(), node.op_type(), node.overload()));
        if (called == functions.end()) continue;
        for (const onnx::AttributeProto& standard : called->second->attribute_proto()) {
            const auto& given = node.attribute();
            if (std::none_of(given.begin(), given.end(), [&](const auto& attribute) { return attribute.name() == standard.name(); }))
                *node.add_attribute() = standard;
        }
    }
}

void write_all_defaults(onnx::ModelProto& model) {
    const Functions functions = functions_of(model);
    write_defaults(*model.mutable_graph()->mutable_node(), functions);
    for (onnx::FunctionProto& function : *model.mutable_functions()) write_defaults(*function.mutable_node(), functions);
}

/// True when every standard operator of these nodes is the same one at both opsets.
bool mean_the_same(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, std::int64_t one, std::int64_t other) {
    const auto version_of = [](const std::string& op, std::int64_t opset) {
        const auto* schema = onnx::OpSchemaRegistry::Schema(op, static_cast<int>(opset), "");
        return schema == nullptr ? -1 : schema->since_version();
    };
    return std::all_of(nodes.begin(), nodes.end(), [&](const onnx::NodeProto& node) {
        if (is_standard_domain(node.domain()) && (version_of(node.op_type(), one) < 0 || version_of(node.op_type(), one) != version_of(node.op_type(), other)))
            return false;
        return std::all_of(node.attribute().begin(), node.attribute().end(), [&](const onnx::AttributeProto& attribute) {
            return (!attribute.has_g() || mean_the_same(attribute.g().node(), one, other)) &&
                   std::all_of(attribute.graphs().begin(), attribute.graphs().end(),
                               [&](const onnx::GraphProto& body) { return mean_the_same(body.node(), one, other); });
        });
    });
}

/// The version of the standard domain that a model or a function imports; 0 for none.
template <class Imports>
std::int64_t standard_opset(const Imports& imports) {
    std::int64_t opset = 0;
    for (const auto& import : imports)
        if (is_standard_domain(import.domain())) opset = import.version();
    return opset;
}

/// onnx's inliner takes functions of the model's own opset only. Those of another one whose operators did not change in between
/// are of this one too.
void align_opsets(onnx::ModelProto& model) {
    const std::int64_t own = standard_opset(model.opset_import());
    for (onnx::FunctionProto& function : *model.mutable_functions())
        for (auto& import : *function.mutable_opset_import())
            if (is_standard_domain(import.domain()) && import.version() != own && mean_the_same(function.node(), import.version(), own))
                import.set_version(own);
}

}  // namespace

bool is_of_other_opset(const onnx::FunctionProto& function, const onnx::ModelProto& model) {
    const std::int64_t own = standard_opset(function.opset_import());
    return own != 0 && own != standard_opset(model.opset_import());
}

void leave_out_functions_of_other_opsets(onnx::ModelProto& model) {
    auto& functions = *model.mutable_functions();
    functions.erase(std::remove_if(functions.begin(), functions.end(), [&](const onnx::FunctionProto& function) { return is_of_other_opset(function, model); }),
                    functions.end());
}

void inline_functions(Model::Parts& parts) {
    Source& source = *parts.source;
    if (source.proto.functions().empty()) return;
    onnx::ModelProto called = source.proto;
    try {
        write_all_defaults(called);
        align_opsets(called);
        onnx::inliner::InlineLocalFunctions(called);
    } catch (const std::exception&) {
        return;  // the calls stay nodes that nothing is known of; onnx's checker says what is wrong, if anything is
    }
    called.Swap(&source.proto);
    source.differs = true;
    if (!source.file) source.written = std::move(called);
}

onnx::ModelProto written_proto(const Model& model) {
    const Source& source = *model.parts().source;
    if (!source.differs) return inlined_proto(model);
    onnx::ModelProto proto = source.written;
    if (source.file && !parse_proto(source.file->bytes(), proto)) return inlined_proto(model);
    take_inside(*proto.mutable_graph(), external_constants(model));
    return proto;
}

}  // namespace vernier
