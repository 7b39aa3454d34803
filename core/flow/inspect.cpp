// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/data/carried.h"
#include "core/flow/look.h"
#include "core/flow/made_inputs.h"
#include "core/flow/provider_findings.h"
#include "core/model/changed.h"
#include "core/model/damage.h"
#include "core/model/precision.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

std::vector<std::pair<std::string, std::size_t>> count_ops(const Model& model) {
    std::map<std::string, std::size_t> counts;
    for (const Node& node : model.nodes())
        if (node.op_type != "Constant") ++counts[node.domain.empty() ? node.op_type : node.domain + "::" + node.op_type];
    std::vector<std::pair<std::string, std::size_t>> ops(counts.begin(), counts.end());
    std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return ops;
}

/// Nodes that are quantized, or of another float type than FP32, by the id of what they are.
Json already(const Model& model) {
    std::map<std::string, std::size_t> counts;
    for (const Node& node : model.nodes())
        if (const Precision precision = precision_of(model, node.id); node.op_type != "Constant" && precision != Precision::fp32)
            ++counts[std::string(id(precision))];
    return counts;
}

Json ports(const Model& model, const std::vector<ValueId>& values) {
    Json list = Json::array();
    for (const ValueId id : values) {
        const Value& value = model.value(id);
        Json shape = nullptr;
        if (value.type.has_shape) {
            shape = Json::array();
            for (const Dim& dim : value.type.dims) {
                if (dim.value >= 0)
                    shape.push_back(dim.value);
                else if (!dim.name.empty())
                    shape.push_back(dim.name);
                else
                    shape.push_back(nullptr);
            }
        }
        list.push_back({{"name", value.name}, {"type", name(value.type.element)}, {"shape", shape}, {"text", value.type.text()}});
    }
    return list;
}

/// A sound graph that the runtime cannot run (an operator of a library that is not here, types that do not fit) can be
/// looked at all the same.
void check(const RuntimePtr& runtime, Inspection& result) {
    try {
        result.session_start_ms = check_with_runtime(runtime, *result.model, result.findings);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_model) throw;
        result.findings.push_back({Severity::serious,
                                   "runtime-refuses",
                                   kNone,
                                   {},
                                   {},
                                   std::string("ONNX Runtime refuses this model: ") + error.what(),
                                   "View only: it can be neither quantized nor measured."});
    }
}

/// What a provider takes of the model shows in a run.
void look_at_provider(const RuntimePtr& runtime, const InspectRequest& request, Inspection& result) {
    const Inputs inputs = made_inputs(*result.model, {}, 7);
    if (is_on_cpu(request.target) || (inputs.empty() && !result.model->inputs().empty())) return;
    try {
        for (Finding& finding : provider_findings(request.target, profile(runtime, result.model->path(), request.target, inputs, 1), request.model.string()))
            result.findings.push_back(std::move(finding));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::bad_model) throw;
        result.findings.push_back(
            {.severity = Severity::serious, .code = "provider-refuses", .text = fmt::format("{}.", error.what()), .remedy = error.remedy()});
    }
}

/// The dataset's first sample has the sizes that the model leaves open.
ModelPtr sized_by_data(const ModelPtr& model, const InspectRequest& request) {
    if (request.data.empty() || damage_of(*model)) return model;
    const DatasetPtr data = open_data(request.data, *model);
    SampleShapes shapes;
    if (data->size(Split::validation) > 0)
        for (const auto& [name, tensor] : part_of_inputs(load_run(*data, Split::validation, pick_samples(*data, Split::validation, 1)), carry_of(*data), 0))
            shapes[name] = tensor.dims;
    return with_sizes(model, input_sizes(*model, request.sizes, shapes));
}

Json sizes_json(const Model& model) {
    Json sizes = Json::object();
    for (const InputSize& input : model.sizes()) {
        Json shape = Json::array();
        for (const SizedAxis& axis : input.axes) shape.push_back(axis.size);
        sizes[input.name] = std::move(shape);
    }
    return sizes;
}

}  // namespace

Inspection inspect(const RuntimePtr& runtime, const InspectRequest& request, const Job& job) {
    Inspection result;
    result.model = sized_by_data(open_for_look(runtime, request.model, job, request.sizes), request);
    if (runtime != nullptr && !damage_of(*result.model)) {
        job.step("check", 0, 0);
        check(runtime, result);
        job.check();
        look_at_provider(runtime, request, result);
    }
    job.step("look", 0, 0);
    result.ops = count_ops(*result.model);
    result.workload = workload_of(*result.model);
    result.advice = advise(*result.model);
    for (const Finding& finding : size_findings(result.model->sizes())) result.findings.push_back(finding);
    const std::vector<Finding> seen = look(*result.model, job);
    result.findings.insert(result.findings.end(), seen.begin(), seen.end());
    result.findings.push_back(
        {Severity::info,
         "no-baseline",
         kNone,
         {},
         {},
         "Nothing has been measured yet on this machine.",
         fmt::format("Measure the {} baseline first, with validation samples (--data) if there are any.", title(main_precision(*result.model)))});
    (void)result.model->sha256();
    check_unchanged(*result.model);
    for (const Finding& finding : result.findings) job.report(finding);
    return result;
}

std::size_t count_nodes(const Model& model) {
    return static_cast<std::size_t>(std::count_if(model.nodes().begin(), model.nodes().end(), [](const Node& node) { return node.op_type != "Constant"; }));
}

Json to_json(const Inspection& inspection) {
    const Model& model = *inspection.model;
    Json opsets = Json::object();
    for (const Opset& opset : model.opsets()) opsets[opset.domain.empty() ? "ai.onnx" : opset.domain] = opset.version;
    Json ops = Json::object();
    for (const auto& [op, count] : inspection.ops) ops[op] = count;
    Json json = {{"model", model.path().string()},
                 {"size_bytes", model.size_bytes()},
                 {"sha256", model.sha256()},
                 {"ir", model.ir_version()},
                 {"opset", model.opset()},
                 {"opsets", opsets},
                 {"producer", model.producer()},
                 {"nodes", count_nodes(model)},
                 {"already", already(model)},
                 {"parameters", model.parameters()},
                 {"bytes", model.weight_bytes()},
                 {"macs", inspection.workload.macs},
                 {"sizes", sizes_json(model)},
                 {"inputs", ports(model, model.inputs())},
                 {"outputs", ports(model, model.outputs())},
                 {"ops", ops},
                 {"advice", to_json(inspection.advice)},
                 {"findings", to_json(inspection.findings)},
                 {"session_start_ms", nullptr}};
    if (inspection.session_start_ms) json["session_start_ms"] = *inspection.session_start_ms;
    return json;
}

}  // namespace vernier
