// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/audit/detail/executed.h"
#include "core/base/error.h"
#include "core/model/unique_names.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

using detail::GraphIndex;
using Verdict = NodeAudit::Verdict;

onnx::ModelProto parsed(const std::string& bytes) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) throw Error(ErrorKind::internal, "the runtime's optimized graph cannot be read");
    return model;
}

bool is_audited(const onnx::NodeProto& node) { return !detail::is_quantize(node) && !detail::is_dequantize(node) && node.op_type() != "Constant"; }

/// A graph as it is written and as it is executed, indexed.
struct Pair {
    const onnx::GraphProto* original;               ///< with the names of the file
    std::unique_ptr<GraphIndex> written, executed;  ///< executed: null for a body that the runtime dissolved
};

std::vector<const onnx::GraphProto*> bodies_of(const onnx::NodeProto& node) {
    std::vector<const onnx::GraphProto*> bodies;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g()) bodies.push_back(&attribute.g());
        for (const onnx::GraphProto& body : attribute.graphs()) bodies.push_back(&body);
    }
    return bodies;
}

/// True where each node has a name that no other one of its graph has, and none may be laid out anew.
bool keeps_names(const onnx::GraphProto& graph) {
    std::unordered_set<std::string_view> names;
    return std::all_of(graph.node().begin(), graph.node().end(), [&](const onnx::NodeProto& node) {
        const std::string& op = node.op_type();
        if (op.find("Conv") != std::string::npos || op.find("Pool") != std::string::npos) return false;
        if (node.name().empty() || !names.insert(node.name()).second) return false;
        const auto bodies = bodies_of(node);
        return std::all_of(bodies.begin(), bodies.end(), [](const onnx::GraphProto* body) { return keeps_names(*body); });
    });
}

/// The body of the executed node that stands where a body of the written node does: attributes are found by name.
const onnx::GraphProto* executed_body(const onnx::NodeProto& written, std::size_t number, const onnx::NodeProto* executed) {
    if (executed == nullptr || executed->op_type() != written.op_type()) return nullptr;
    for (const onnx::AttributeProto& attribute : written.attribute()) {
        const std::size_t here = (attribute.has_g() ? 1U : 0U) + static_cast<std::size_t>(attribute.graphs_size());
        if (number >= here) {
            number -= here;
            continue;
        }
        for (const onnx::AttributeProto& other : executed->attribute()) {
            if (other.name() != attribute.name()) continue;
            if (attribute.has_g()) return other.has_g() ? &other.g() : nullptr;
            return static_cast<int>(number) < other.graphs_size() ? &other.graphs(static_cast<int>(number)) : nullptr;
        }
        return nullptr;
    }
    return nullptr;
}

/// The main graph and all bodies, in the order in which a Model counts their nodes.
std::vector<Pair> pairs_of(const onnx::GraphProto& original, const onnx::GraphProto& written, const onnx::GraphProto& executed) {
    std::vector<Pair> pairs;
    pairs.push_back({&original, std::make_unique<GraphIndex>(written), std::make_unique<GraphIndex>(executed)});
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        const onnx::GraphProto& graph = pairs[at].written->graph();
        for (int i = 0; i < graph.node_size(); ++i) {
            const auto bodies = bodies_of(graph.node(i)), originals = bodies_of(pairs[at].original->node(i));
            const onnx::NodeProto* run = pairs[at].executed ? pairs[at].executed->named(graph.node(i).name()) : nullptr;
            for (std::size_t b = 0; b < bodies.size(); ++b) {
                const onnx::GraphProto* other = executed_body(graph.node(i), b, run);
                pairs.push_back({originals[b], std::make_unique<GraphIndex>(*bodies[b], pairs[at].written.get()),
                                 other == nullptr ? nullptr : std::make_unique<GraphIndex>(*other, pairs[at].executed.get())});
            }
        }
    }
    return pairs;
}

/// Operators that multiply weights: their input 1 is the weight.
bool has_weight(const std::string& op) {
    static const std::unordered_set<std::string> kOps{"Conv", "ConvTranspose", "MatMul", "Gemm"};
    return kOps.contains(op);
}

/// Operators that have an integer kernel when all their inputs and their output are quantized.
bool can_run_integer(const std::string& op) {
    static const std::unordered_set<std::string> kOps{"Conv",    "MatMul",   "Gemm", "Add",     "Mul",       "Concat",      "Where",
                                                      "Softmax", "Relu",     "Clip", "Sigmoid", "LeakyRelu", "AveragePool", "GlobalAveragePool",
                                                      "MaxPool", "ReduceMax"};
    return kOps.contains(op);
}

/// What the runtime merges into the node in front of it.
bool ends_an_operator(const std::string& op) {
    static const std::unordered_set<std::string> kOps{"BatchNormalization", "Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh",
                                                      "HardSigmoid",        "Add",  "Mul",  "Cast",      "Identity"};
    return kOps.contains(op);
}

/// True when the executed node computes on 8-bit data.
bool runs_integer(const onnx::NodeProto& node, const GraphIndex& executed) {
    const std::string& op = node.op_type();
    if (is_integer_operator(op)) return true;
    // Data movement and MaxPool keep their name on 8-bit data; a Cast and a Where's condition do not count.
    return node.input_size() > 0 && op != "Cast" && detail::is_low_integer(executed.type(node.input(0)));
}

bool runs_half(const onnx::NodeProto& node, const GraphIndex& executed) {
    return std::any_of(node.input().begin(), node.input().end(), [&](const std::string& input) { return executed.type(input) == ElementType::float16; });
}

/// Judges the nodes of a file against the graph that is executed.
class Auditor {
public:
    Auditor(const GraphIndex& written, const GraphIndex& executed) : written_(written), executed_(executed) {}

    NodeAudit judge(const onnx::NodeProto& node) const {
        NodeAudit audit;
        audit.op_type = node.op_type();
        if (const onnx::NodeProto* run = match(node)) {
            audit.runs_as = run->op_type();
            audit.verdict = runs_integer(*run, executed_) ? Verdict::integer
                            : was_meant_integer(node)     ? Verdict::fell_back
                            : runs_half(*run, executed_)  ? Verdict::half
                                                          : Verdict::floating;
            return audit;
        }
        audit.verdict = Verdict::absorbed;
        if (const onnx::NodeProto* host = host_of(node)) audit.runs_as = host->op_type();
        // MatMulInteger inside DynamicQuantizeMatMul has not become a part of another node: it is that node.
        if (is_integer_operator(node.op_type()) && is_integer_operator(audit.runs_as)) audit.verdict = Verdict::integer;
        return audit;
    }

    /// N4: a weight that the file holds in float and the runtime turned into integers, with one scale for the tensor.
    bool quantized_by_itself(const onnx::NodeProto& node, const NodeAudit& audit) const {
        if (!has_weight(node.op_type()) || node.input_size() < 2 || !written_.is_constant(node.input(1))) return false;
        if (written_.type(node.input(1)) != ElementType::float32) return false;
        if (audit.verdict == Verdict::integer) return true;
        const onnx::NodeProto* run = match(node);
        if (run == nullptr) run = host_of(node);
        return run != nullptr && runs_integer(*run, executed_);
    }

private:
    /// The executed node of the same name, or the one that makes the same tensor.
    const onnx::NodeProto* match(const onnx::NodeProto& node) const {
        if (const onnx::NodeProto* run = executed_.named(node.name())) return run;
        if (const onnx::NodeProto* run = executed_.named(node.name() + "/MatMulAddFusion")) return run;
        for (const std::string& output : node.output()) {
            if (const onnx::NodeProto* run = maker_of(output, node)) return run;
        }
        return nullptr;
    }

    /// The executed node that makes a tensor of the file, or the tensor behind its QuantizeLinear, if it is not the trace of
    /// another node of the file.
    const onnx::NodeProto* maker_of(const std::string& value, const onnx::NodeProto& node) const {
        std::vector<std::string> places{value};
        for (const onnx::NodeProto* reader : written_.readers(value)) {
            if (detail::is_quantize(*reader)) places.push_back(reader->output(0));
        }
        for (const std::string& place : places) {
            const onnx::NodeProto* run = executed_.producer(place);
            if (run == nullptr || detail::is_quantize(*run) || detail::is_dequantize(*run)) continue;
            const onnx::NodeProto* other = written_.named(run->name());
            if (other == nullptr || other == &node) return run;
        }
        return nullptr;
    }

    /// The node that a merged node went into: the one in front of it for what an operator ends with (BatchNormalization,
    /// activations), else along its only reader. Nothing is merged across QuantizeLinear or DequantizeLinear.
    const onnx::NodeProto* host_of(const onnx::NodeProto& node) const {
        const onnx::NodeProto* at = &node;
        for (int hop = 0; hop < 6 && ends_an_operator(at->op_type()) && at->input_size() > 0; ++hop) {
            at = written_.producer(at->input(0));
            if (at == nullptr || !is_audited(*at)) break;
            if (const onnx::NodeProto* run = match(*at)) return run;
        }
        at = &node;
        for (int hop = 0; hop < 6 && at->output_size() > 0; ++hop) {
            const auto& readers = written_.readers(at->output(0));
            if (readers.size() != 1 || !is_audited(*readers.front())) break;
            at = readers.front();
            if (const onnx::NodeProto* run = match(*at); run != nullptr && run->op_type() != at->op_type()) return run;
        }
        return nullptr;
    }

    bool comes_from_dequantize(const std::string& value) const {
        const onnx::NodeProto* producer = written_.producer(value);
        return producer != nullptr && detail::is_dequantize(*producer);
    }

    /// A weight in integers says that the node was to compute in integers; without weights all data inputs and the output
    /// must be quantized.
    bool was_meant_integer(const onnx::NodeProto& node) const {
        if (has_weight(node.op_type()) && node.input_size() > 1 && written_.producer(node.input(1)) != nullptr) {
            const onnx::NodeProto* producer = written_.producer(node.input(1));
            if (detail::is_dequantize(*producer) && written_.is_constant(producer->input(0))) return true;
        }
        if (has_weight(node.op_type()) && node.input_size() > 1 && written_.is_constant(node.input(1))) return false;
        if (!can_run_integer(node.op_type()) || node.output_size() != 1) return false;
        for (const std::string& input : node.input()) {
            if (!input.empty() && !written_.is_constant(input) && !comes_from_dequantize(input)) return false;
        }
        const auto& readers = written_.readers(node.output(0));
        return !readers.empty() && std::all_of(readers.begin(), readers.end(), [](const onnx::NodeProto* reader) { return detail::is_quantize(*reader); });
    }

    const GraphIndex& written_;
    const GraphIndex& executed_;
};

/// Q, DQ, and what was added for layout, at the level at which files are run.
void count_leftovers(const GraphIndex& written, const GraphIndex& executed, Audit& audit) {
    for (const onnx::NodeProto& node : executed.graph().node()) {
        audit.quantize_nodes += detail::is_quantize(node) ? 1 : 0;
        if (detail::is_dequantize(node)) {
            ++audit.dequantize_nodes;
            if (executed.is_constant(node.input(0))) audit.constant_dequantize.push_back(node.input(0));
        }
        const bool moves = node.op_type() == "Transpose" || node.op_type().starts_with("Reorder");
        audit.layout_nodes += moves && written.named(node.name()) == nullptr ? 1 : 0;
    }
}

/// Judges the nodes of one graph, the first of which has this index.
void judge_nodes(const Pair& pair, std::int32_t first, Audit& audit) {
    const Auditor auditor(*pair.written, *pair.executed);
    const onnx::GraphProto& graph = pair.written->graph();
    for (int i = 0; i < graph.node_size(); ++i) {
        const onnx::NodeProto& node = graph.node(i);
        if (!is_audited(node)) continue;
        NodeAudit entry = auditor.judge(node);
        entry.index = first + i;
        entry.name = pair.original->node(i).name();
        if (auditor.quantized_by_itself(node, entry)) audit.self_quantized.push_back(entry.name.empty() ? node.name() : entry.name);
        audit.nodes.push_back(std::move(entry));
    }
}

/// original: with the names of the file; written: with a name for each node.
Audit audit_of(const onnx::GraphProto& original, const onnx::GraphProto& written, const onnx::GraphProto& executed) {
    Audit audit;
    std::int32_t index = 0;
    for (const Pair& pair : pairs_of(original, written, executed)) {
        if (pair.executed) judge_nodes(pair, index, audit);
        index += pair.original->node_size();
    }
    return audit;
}

onnx::ModelProto with_named_nodes(const onnx::ModelProto& model) {
    onnx::ModelProto named = model;
    name_nodes(*named.mutable_graph());
    return named;
}

}  // namespace

bool is_integer_operator(std::string_view op) {
    return op.starts_with("QLinear") || op == "QGemm" || op == "ConvInteger" || op.starts_with("MatMulInteger") ||
           (op.starts_with("DynamicQuantize") && op != "DynamicQuantizeLinear") || op == "MatMulNBits" || op == "GatherBlockQuantized" || op == "QAttention";
}

std::string_view name(NodeAudit::Verdict verdict) {
    switch (verdict) {
        case Verdict::integer: return "integer";
        case Verdict::half: return "half";
        case Verdict::floating: return "float";
        case Verdict::absorbed: return "absorbed";
        case Verdict::fell_back: return "fell-back";
    }
    return "float";
}

const NodeAudit* Audit::find(std::string_view wanted) const {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const NodeAudit& node) { return node.name == wanted; });
    return found == nodes.end() ? nullptr : &*found;
}

Json to_json(const Audit& audit) {
    Json nodes = Json::array();
    for (const NodeAudit& node : audit.nodes) {
        nodes.push_back({{"index", node.index}, {"name", node.name}, {"op_type", node.op_type}, {"runs_as", node.runs_as}, {"verdict", name(node.verdict)}});
    }
    return {{"nodes", std::move(nodes)},          {"quantize_nodes", audit.quantize_nodes}, {"dequantize_nodes", audit.dequantize_nodes},
            {"layout_nodes", audit.layout_nodes}, {"self_quantized", audit.self_quantized}, {"constant_dequantize", audit.constant_dequantize}};
}

Audit audit_from_json(const Json& json) {
    using enum NodeAudit::Verdict;
    Audit audit;
    for (const Json& entry : json.at("nodes")) {
        NodeAudit node{entry.at("index").get<std::int32_t>(), entry.at("name").get<std::string>(), entry.at("op_type").get<std::string>(),
                       entry.at("runs_as").get<std::string>()};
        const auto verdict = entry.at("verdict").get<std::string>();
        for (const auto known : {integer, half, floating, absorbed, fell_back})
            if (verdict == name(known)) node.verdict = known;
        audit.nodes.push_back(std::move(node));
    }
    audit.quantize_nodes = json.at("quantize_nodes").get<int>();
    audit.dequantize_nodes = json.at("dequantize_nodes").get<int>();
    audit.layout_nodes = json.at("layout_nodes").get<int>();
    audit.self_quantized = json.at("self_quantized").get<std::vector<std::string>>();
    audit.constant_dequantize = json.at("constant_dequantize").get<std::vector<std::string>>();
    return audit;
}

namespace {

/// The file is opened all the same, so that a provider that refuses it says so.
Audit nothing_known(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target) {
    if (!folder.empty()) {
        const std::string bytes = model.SerializeAsString();
        (void)Session::open(runtime, std::as_bytes(std::span(bytes)), folder, target);
    } else {
        (void)Session::open(runtime, std::make_shared<const onnx::ModelProto>(model), target);
    }
    return {};
}

}  // namespace

Audit audit_nodes(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target) {
    if (!is_on_cpu(target)) return nothing_known(runtime, model, folder, target);
    const onnx::ModelProto named = with_named_nodes(model);
    // Names survive up to this level; the next one renames what it lays out anew.
    const onnx::ModelProto extended = parsed(optimized_model(runtime, named, folder, target.at(GraphLevel::extended)));
    return audit_of(model.graph(), named.graph(), extended.graph());
}

std::optional<Audit> audit_executed(const onnx::ModelProto& model, const std::string& executed) {
    if (!model.functions().empty() || !keeps_names(model.graph())) return std::nullopt;
    return audit_of(model.graph(), model.graph(), parsed(executed).graph());
}

Audit audit_model(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target) {
    Audit audit = audit_nodes(runtime, model, folder, target);
    if (!is_on_cpu(target)) return audit;
    const onnx::ModelProto named = with_named_nodes(model);
    const onnx::ModelProto all = parsed(optimized_model(runtime, named, folder, target.at(GraphLevel::all)));
    for (const Pair& pair : pairs_of(model.graph(), named.graph(), all.graph()))
        if (pair.executed) count_leftovers(*pair.written, *pair.executed, audit);
    return audit;
}

}  // namespace vernier
