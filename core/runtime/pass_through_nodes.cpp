// SPDX-License-Identifier: GPL-3.0-or-later
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

namespace {

/// Puts pass-through operators behind the named tensors, those of bodies (If, Loop, Scan) too.
class Rewriter {
public:
    Rewriter(onnx::ModelProto& model, const char* op_type, const std::map<std::string, std::size_t>& ids) : model_(model), op_type_(op_type), ids_(ids) {
        collect_names(model_.graph());
    }

    void rewrite() {
        observe_graph(*model_.mutable_graph());
        for (const auto& [name, id] : ids_) {
            if (!observed_.contains(name)) {
                throw Error(ErrorKind::internal, "a tensor to observe is neither computed nor an input", {.tensor = name});
            }
        }
        add_domain();
    }

private:
    void collect_names(const onnx::GraphProto& graph) {
        for (const auto& input : graph.input()) {
            names_.insert(input.name());
        }
        for (const auto& tensor : graph.initializer()) {
            names_.insert(tensor.name());
        }
        for (const onnx::NodeProto& node : graph.node()) {
            names_.insert(node.output().begin(), node.output().end());
            for (const auto& attribute : node.attribute()) {
                if (attribute.has_g()) {
                    collect_names(attribute.g());
                }
                for (const auto& body : attribute.graphs()) {
                    collect_names(body);
                }
            }
        }
    }

    std::string fresh(const std::string& name) {
        std::string candidate = name + "/observed";
        for (int i = 2; !names_.insert(candidate).second; ++i) {
            candidate = fmt::format("{}/observed_{}", name, i);
        }
        return candidate;
    }

    void observe_graph(onnx::GraphProto& graph) {
        google::protobuf::RepeatedPtrField<onnx::NodeProto> old;
        old.Swap(graph.mutable_node());
        observe_inputs(graph, old);
        for (onnx::NodeProto& node : old) {
            onnx::NodeProto* moved = graph.add_node();
            moved->Swap(&node);
            for (auto& attribute : *moved->mutable_attribute()) {
                if (attribute.has_g()) {
                    observe_graph(*attribute.mutable_g());
                }
                for (auto& body : *attribute.mutable_graphs()) {
                    observe_graph(body);
                }
            }
            observe_outputs(graph, *moved);
        }
    }

    void add_operator(onnx::GraphProto& graph, const std::string& from, const std::string& to, std::size_t id) {
        onnx::NodeProto* node = graph.add_node();
        node->set_op_type(op_type_);
        node->set_domain(kPassThroughDomain);
        node->set_name(fresh(op_type_));
        node->add_input(from);
        node->add_output(to);
        onnx::AttributeProto* attribute = node->add_attribute();
        attribute->set_name("id");
        attribute->set_type(onnx::AttributeProto::INT);
        attribute->set_i(static_cast<std::int64_t>(id));
    }

    /// An input keeps its name, so its readers read the observed copy.
    void observe_inputs(onnx::GraphProto& graph, google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
        std::unordered_set<std::string> constants;
        for (const auto& tensor : graph.initializer()) {
            constants.insert(tensor.name());
        }
        std::unordered_map<std::string, std::string> renamed;
        for (const auto& input : graph.input()) {
            const auto found = ids_.find(input.name());
            if (found == ids_.end() || constants.contains(input.name())) {
                continue;
            }
            renamed.emplace(input.name(), fresh(input.name()));
            add_operator(graph, input.name(), renamed.at(input.name()), found->second);
            observed_.insert(input.name());
        }
        if (!renamed.empty()) {
            for (onnx::NodeProto& node : nodes) {
                rename_reads(node, renamed);
            }
        }
    }

    /// Follows readers into subgraphs as far as no inner name hides the outer one.
    void rename_reads(onnx::NodeProto& node, const std::unordered_map<std::string, std::string>& renamed) {
        for (std::string& input : *node.mutable_input()) {
            if (const auto found = renamed.find(input); found != renamed.end()) {
                input = found->second;
            }
        }
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) {
                rename_in_body(*attribute.mutable_g(), renamed);
            }
            for (auto& body : *attribute.mutable_graphs()) {
                rename_in_body(body, renamed);
            }
        }
    }

    void rename_in_body(onnx::GraphProto& body, std::unordered_map<std::string, std::string> renamed) {
        for (const auto& input : body.input()) {
            renamed.erase(input.name());
        }
        for (const auto& tensor : body.initializer()) {
            renamed.erase(tensor.name());
        }
        for (const onnx::NodeProto& node : body.node()) {
            for (const std::string& output : node.output()) {
                renamed.erase(output);
            }
        }
        for (onnx::NodeProto& node : *body.mutable_node()) {
            rename_reads(node, renamed);
        }
        for (auto& output : *body.mutable_output()) {
            if (const auto found = renamed.find(output.name()); found != renamed.end()) {
                output.set_name(found->second);
            }
        }
    }

    /// A computed tensor's producer writes to a new name, and the operator gives the old name: no reader changes, neither in
    /// subgraphs nor among the graph's outputs.
    void observe_outputs(onnx::GraphProto& graph, onnx::NodeProto& node) {
        std::vector<std::pair<std::string, std::string>> behind;
        for (std::string& output : *node.mutable_output()) {
            if (ids_.contains(output)) {
                behind.emplace_back(fresh(output), output);
                output = behind.back().first;
            }
        }
        for (const auto& [from, to] : behind) {
            add_operator(graph, from, to, ids_.at(to));
            observed_.insert(to);
        }
    }

    void add_domain() {
        for (const auto& opset : model_.opset_import()) {
            if (opset.domain() == kPassThroughDomain) {
                return;
            }
        }
        onnx::OperatorSetIdProto* opset = model_.add_opset_import();
        opset->set_domain(kPassThroughDomain);
        opset->set_version(1);
    }

    onnx::ModelProto& model_;
    const char* op_type_;
    const std::map<std::string, std::size_t>& ids_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::string> observed_;
};

}  // namespace

void insert_pass_through(onnx::ModelProto& model, const char* op_type, const std::map<std::string, std::size_t>& ids) {
    Rewriter(model, op_type, ids).rewrite();
}

}  // namespace vernier::detail
