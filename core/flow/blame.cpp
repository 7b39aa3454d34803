// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/blame.h"

#include <onnx/onnx_pb.h>

#include <chrono>
#include <unordered_set>
#include <vector>

#include "core/base/error.h"
#include "core/base/wire.h"
#include "core/flow/check_worker.h"
#include "core/model/model.h"
#include "core/runtime/runtime.h"

namespace vernier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLargest = 400'000'000;  ///< bytes of a model that is cut and opened again and again
constexpr std::chrono::seconds kPatience{20};

void add_reads(const onnx::GraphProto& graph, std::unordered_set<std::string>& names);

/// What a node reads, its bodies' reads from outside included.
void add_reads(const onnx::NodeProto& node, std::unordered_set<std::string>& names) {
    names.insert(node.input().begin(), node.input().end());
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (attribute.has_g()) add_reads(attribute.g(), names);
        for (const onnx::GraphProto& body : attribute.graphs()) add_reads(body, names);
    }
}

void add_reads(const onnx::GraphProto& graph, std::unordered_set<std::string>& names) {
    for (const onnx::NodeProto& node : graph.node()) add_reads(node, names);
    for (const auto& output : graph.output()) names.insert(output.name());
}

/// The first nodes of a model, with what nobody reads as outputs.
onnx::ModelProto first_nodes(const onnx::ModelProto& model, int count) {
    onnx::ModelProto cut;
    cut.set_ir_version(model.ir_version());
    *cut.mutable_opset_import() = model.opset_import();
    *cut.mutable_functions() = model.functions();
    onnx::GraphProto& graph = *cut.mutable_graph();
    graph.set_name(model.graph().name());
    *graph.mutable_input() = model.graph().input();
    std::unordered_set<std::string> read;
    for (int i = 0; i < count; ++i) add_reads(*graph.add_node() = model.graph().node(i), read);
    for (const auto& tensor : model.graph().initializer())
        if (read.contains(tensor.name())) *graph.add_initializer() = tensor;
    for (const auto& tensor : model.graph().sparse_initializer())
        if (read.contains(tensor.values().name())) *graph.add_sparse_initializer() = tensor;
    for (const onnx::NodeProto& node : graph.node())
        for (const std::string& output : node.output())
            if (!output.empty() && !read.contains(output)) graph.add_output()->set_name(output);
    return cut;
}

/// Opens cut models in children, one each.
class Trials {
public:
    Trials(const Json& message, const Model& model)
        : program_(message.at("program").get<std::string>()), ort_(message.at("ort")), proto_(inlined_proto(model)) {}

    [[nodiscard]] bool is_over() const { return Clock::now() > end_; }
    [[nodiscard]] int nodes() const { return proto_.graph().node_size(); }

    [[nodiscard]] bool dies(int count, GraphLevel level) const {
        const std::string bytes = first_nodes(proto_, count).SerializeAsString();
        try {
            (void)CheckWorker(program_, {})
                .call({{"do", "open"},
                       {"ort", ort_},
                       {"bytes", wire_binary(std::as_bytes(std::span(bytes)))},
                       {"folder", ""},
                       {"target", to_json(Target{}.at(level))}});
        } catch (const WorkerDied&) {
            return true;
        } catch (const Error&) {
            // A part that the runtime refuses has not killed it.
        }
        return false;
    }

private:
    std::filesystem::path program_;
    Json ort_;
    onnx::ModelProto proto_;
    Clock::time_point end_ = Clock::now() + kPatience;
};

/// The smallest number of first nodes that kill it; 0 when not found.
int smallest_that_dies(const Trials& trials, GraphLevel level) {
    int lives = 0, dies = trials.nodes();
    if (!trials.dies(dies, level)) return 0;
    while (dies - lives > 1) {
        if (trials.is_over()) return 0;
        const int middle = lives + (dies - lives) / 2;
        (trials.dies(middle, level) ? dies : lives) = middle;
    }
    return dies;
}

}  // namespace

Json blame(const Json& message) {
    const ModelPtr model = open_model(message.at("model").get<std::string>());
    if (model->size_bytes() > kLargest) return nullptr;
    const Trials trials(message, *model);
    for (const GraphLevel level : {GraphLevel::all, GraphLevel::off}) {
        const int count = smallest_that_dies(trials, level);
        if (count == 0) continue;
        const Node& node = model->node(count - 1);  // nodes of the main graph come first, in file order
        return {{"node", node.id}, {"label", node.label}, {"op", node.op_type}};
    }
    return nullptr;
}

std::optional<Culprit> find_culprit(const std::filesystem::path& program, const FileAndRuntime& file, const Job& job) {
    job.step("find the node", 0, 0);
    try {
        const Json found = CheckWorker(program, job).call({{"do", "blame"}, {"model", file.model}, {"ort", file.ort}, {"program", program.string()}});
        if (found.is_null()) return std::nullopt;
        return Culprit{found.at("node").get<std::int32_t>(), found.at("label").get<std::string>(), found.at("op").get<std::string>()};
    } catch (const WorkerDied&) {
        return std::nullopt;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        return std::nullopt;
    }
}

}  // namespace vernier
