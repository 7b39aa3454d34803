// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/layers_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/audit/audit.h"
#include "core/base/error.h"
#include "core/base/temporary.h"
#include "core/evidence/origin.h"
#include "core/flow/executed.h"
#include "core/flow/made_inputs.h"
#include "core/flow/measure_files.h"
#include "core/flow/open.h"
#include "core/flow/quantize_file.h"
#include "core/flow/run_faults.h"
#include "core/flow/unrolled.h"
#include "core/layers/assemble.h"
#include "core/layers/candidates.h"
#include "core/layers/join.h"
#include "core/layers/on_the_way.h"
#include "core/layers/sensitivity.h"
#include "core/layers/times.h"
#include "core/layers/twins.h"
#include "core/measure/cast.h"
#include "core/model/precision.h"
#include "core/quant/canonical.h"
#include "core/quant/regions.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

/// The quantized file, and what is known of how it became so.
struct WrittenFile {
    fs::path path;
    ModelPtr file;
    std::optional<Recipe> recipe;    ///< that made it, where that is known
    std::optional<Plan> plan;        ///< of that recipe
    std::vector<Executed> executed;  ///< by NodeId of the opened model; may be empty
    std::vector<Finding> findings;
};

WrittenFile made(const RuntimePtr& runtime, const LayersRequest& request, const fs::path& folder, const Job& job) {
    QuantizeRequest quantize;
    quantize.model = request.model;
    quantize.out = folder / "quantized.onnx";
    quantize.recipe = request.recipe;
    quantize.data = request.data;
    quantize.sizes = request.run.sizes;
    quantize.worker = request.worker;
    quantize.options.target = request.run.run;
    quantize.options.time_prefix = false;  // what is chosen is what is to be looked at
    QuantizedFile result = quantize_file(runtime, quantize, job);
    WrittenFile candidate;
    candidate.path = quantize.out;
    candidate.file = open_for_work(runtime, quantize.out, job, request.run.sizes);
    candidate.recipe = request.recipe;
    candidate.plan = std::move(result.plan);
    candidate.executed = std::move(result.executed);
    candidate.findings = std::move(result.findings);
    return candidate;
}

/// The recipe in a file that Vernier made of this model.
void read_recipe_in(WrittenFile& candidate, const ModelPtr& opened, const Job& job) {
    const std::optional<Origin> origin = read_origin(candidate.file->proto());
    if (!origin || origin->source_sha256 != opened->sha256()) return;
    try {
        Recipe recipe = recipe_from_json(origin->recipe);
        candidate.plan = make_plan(opened, recipe, job);
        candidate.recipe = std::move(recipe);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;  // else of another version of Vernier
    }
}

WrittenFile given(const RuntimePtr& runtime, const LayersRequest& request, const ModelPtr& opened, const Job& job) {
    WrittenFile candidate;
    candidate.path = request.quantized;
    candidate.file = open_for_work(runtime, request.quantized, job, request.run.sizes);
    read_recipe_in(candidate, opened, job);
    if (candidate.plan) {
        const Audit audit = audit_nodes(runtime, candidate.file->proto(), candidate.file->folder(), request.run.run);
        candidate.executed = executed_nodes(audit, *opened, *candidate.plan);
    }
    return candidate;
}

std::vector<Port> ports_of(const Model& model) {
    std::vector<Port> ports;
    for (const ValueId input : model.inputs()) ports.push_back({model.value(input).name, model.value(input).type});
    return ports;
}

/// What both files are timed on: the first sample, or made inputs.
Inputs inputs_for(const Model& model, const DatasetPtr& data, std::uint64_t seed) {
    if (data == nullptr) return made_inputs(model, {}, seed);
    const Split split = data->size(Split::validation) > 0 ? Split::validation : Split::calibration;
    std::vector<std::uint64_t> first(static_cast<std::size_t>(std::min(data->batch(), data->size(split))));
    std::iota(first.begin(), first.end(), std::uint64_t{0});
    return load_run(*data, split, first);
}

/// Scaled to the p50 that was measured without the profiler, which slows small kernels most.
FileTimes times_of(TimesRequest request, double p50_ms, const Job& job) {
    // The profile is a text with some hundred bytes for each node of each run.
    constexpr double kEvents = 100000;
    const double most = std::max(3.0, kEvents / static_cast<double>(request.file->nodes().size() + 1));
    request.runs = static_cast<int>(std::min(most, std::clamp(500 / std::max(p50_ms, 1e-3), 5.0, 100.0)));
    FileTimes times = node_times(request, job);
    times.scale_to(p50_ms);
    return times;
}

LayerFile file_of(const fs::path& path, const Model& model, const FileTimes& times, double p50_ms) {
    LayerFile file;
    file.path = path.string();
    file.sha256 = model.sha256();
    file.p50_ms = p50_ms;
    file.profile_ms = times.profile_ms;
    file.factor = times.profile_ms > 0 ? p50_ms / times.profile_ms : 1;
    file.conversions_ms = std::accumulate(times.conversions_ms.begin(), times.conversions_ms.end(), 0.0);
    file.unassigned_ms = times.unassigned_ms;
    return file;
}

/// What the recipe gives a method and the file has in FP32 all the same: decided when the file was made.
void take_back(std::vector<NodeState>& states, const WrittenFile& candidate, const Pairing& pairing) {
    for (const Node& node : candidate.file->nodes()) {
        const NodeId source = pairing(node.id);
        if (source == kNone) continue;
        NodeState& state = states[static_cast<std::size_t>(source)];
        const auto applied = method_from_id(state.applied);
        if (!applied || !row(*applied).fuses || precision_of(*candidate.file, node.id) != Precision::fp32) continue;
        state.applied = id(Method::fp32);
        state.reason = "the file has it in FP32: decided by timing, or by what the outputs lost, when it was made";
    }
}

/// What became of each node, by the plan; without one by what its twin in the file is.
std::vector<NodeState> states_of(const Model& opened, const WrittenFile& candidate, const Pairing& pairing) {
    std::vector<NodeState> states(opened.nodes().size());
    if (candidate.plan) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            const NodePlan& plan = candidate.plan->nodes.at(i);
            states[i] = {std::string(id(plan.chosen.method)), std::string(id(plan.applied)), plan.why, !plan.chosen.per_channel};
            if (states[i].reason.empty() && i < candidate.executed.size()) states[i].reason = candidate.executed[i].why;
        }
        take_back(states, candidate, pairing);
        return states;
    }
    for (const Node& node : opened.nodes()) states[static_cast<std::size_t>(node.id)] = {"fp32", "fp32", {}};
    for (const Node& node : candidate.file->nodes()) {
        const NodeId source = pairing(node.id);
        if (source == kNone) continue;
        const std::string precision(id(precision_of(*candidate.file, node.id)));
        states[static_cast<std::size_t>(source)] = {precision, precision, {}};
    }
    return states;
}

std::string data_text(const DatasetPtr& data) { return data == nullptr ? std::string() : data->name(); }

/// Medians of both files, measured interleaved in processes of their own.
std::pair<double, double> measured(const RuntimePtr& runtime, const LayersRequest& request, const fs::path& quantized, Layers& layers, const Job& job) {
    MeasureOptions options = request.run;
    options.samples = 1;
    MeasuredFiles files = measure_files(runtime, {request.model, quantized}, request.data, options, job);
    layers.run = files.trials.front().measurement.run;
    // What is said of accuracy and of missing samples is of no concern here.
    for (Finding& finding : files.findings)
        if (finding.code == "many-threads" || finding.code == "busy-machine" || finding.code == "two-speeds") layers.findings.push_back(std::move(finding));
    return {files.trials.at(0).measurement.latency.p50, files.trials.at(1).measurement.latency.p50};
}

/// What every node may become where single regions are looked at: those that the recipe keeps in FP32 too.
Recipe recipe_for_all(const WrittenFile& candidate) {
    Recipe recipe = candidate.recipe.value_or(Recipe{});
    recipe.rules.clear();
    recipe.default_method = Method::int8_static;
    if (!candidate.plan) return recipe;
    std::size_t most = 0;
    for (const MethodSpec& method : methods()) {
        const std::size_t count = method.method == Method::fp32 ? 0 : candidate.plan->count(method.method);
        if (count <= most) continue;
        most = count;
        recipe.default_method = method.method;
    }
    return recipe;
}

/// Evidence that cannot be had is said, and the rest stands.
template <class Work>
void attempt(Layers& layers, const char* what, const Work& work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        layers.findings.push_back({Severity::warning, "layers-incomplete", kNone, {}, {}, fmt::format("{}: {}.", what, error.what()), error.remedy()});
    }
}

/// What the evidence on samples starts from.
struct OnSamples {
    const RuntimePtr& runtime;
    const ModelPtr& opened;
    const WrittenFile& candidate;
    const DatasetPtr& data;
    const Target& target;
};

/// And what it shows to be wrong in the file, at nodes of the opened model.
std::vector<Fault> add_on_the_way(Layers& layers, const OnSamples& on, const Twins& twins, const Job& job) {
    OnTheWayRequest request{*on.opened, *on.candidate.file, twins, on.data};
    request.target = on.target;
    const OnTheWay way = errors_on_the_way(on.runtime, request, job);
    take_on_the_way(layers, way, *on.opened);
    std::vector<Fault> faults = faults_on_the_way({*on.opened, *on.candidate.file, twins}, way);
    std::erase_if(faults, [](const Fault& fault) { return fault.node == kNone; });
    for (Fault& fault : faults) fault.node = twins.reference_of.at(static_cast<std::size_t>(fault.node));
    return faults;
}

void add_errors(Layers& layers, const OnSamples& on, const Regions& all, const Job& job) {
    CandidateSource source;
    source.runtime = on.runtime;
    source.canonical = canonical(on.opened);
    source.recipe = recipe_for_all(on.candidate);
    source.dataset = on.data;
    source.target = on.target;
    layers.method = std::string(id(source.recipe.default_method));
    SensitivityOptions options;
    options.partial = [&](const Sensitivity& so_far) {
        Layers partial = layers;
        take_errors(partial, so_far);
        job.partial(to_json(partial));
    };
    take_errors(layers, sensitivity(source, all, options, job));
}

}  // namespace

Layers layers_file(const RuntimePtr& runtime, const LayersRequest& request, const Job& job) {
    const ModelPtr opened = open_for_work(runtime, request.model, job, request.run.sizes);
    const DatasetPtr data = unrolled(open_data(request.data, *opened), {runtime, opened, request.run.run, request.recipe.calibration.samples}, job);
    const TemporaryFolder folder;
    const bool is_given = !request.quantized.empty();
    const WrittenFile candidate = is_given ? given(runtime, request, opened, job) : made(runtime, request, folder.path(), job);

    Layers head;
    head.findings = candidate.findings;
    job.step("measure", 0, 1);
    const auto [fp32_ms, quantized_ms] = measured(runtime, request, candidate.path, head, job);

    job.step("profile", 0, 2);
    const Inputs inputs = inputs_for(*opened, data, request.run.seed);
    const Twins twins = pair_nodes(*opened, *candidate.file, job);
    const Pairing pairing = [&twins](NodeId of_file) { return twins.reference_of.at(static_cast<std::size_t>(of_file)); };
    const FileTimes fp32 = times_of({runtime, opened, opened, {}, request.run.run, fitted(ports_of(*opened), inputs)}, fp32_ms, job);
    job.step("profile", 1, 2);
    const FileTimes quantized =
        times_of({runtime, opened, candidate.file, pairing, request.run.run, fitted(ports_of(*candidate.file), inputs)}, quantized_ms, job);

    const Regions all = regions(*canonical(opened));
    const std::vector<NodeState> states = states_of(*opened, candidate, pairing);
    LayersParts parts{*opened, all, states, fp32, quantized};
    parts.is_strange = is_given && !candidate.plan;
    Layers layers = assembled(parts);
    layers.model = request.model.string();
    layers.findings = std::move(head.findings);
    layers.run = std::move(head.run);
    layers.data = data_text(data);
    layers.untimed = !is_given;
    layers.fp32 = file_of(request.model, *opened, fp32, fp32_ms);
    layers.quantized = file_of(is_given ? request.quantized : fs::path(), *candidate.file, quantized, quantized_ms);
    if (data != nullptr && request.errors) {
        job.partial(to_json(layers));
        const OnSamples on{runtime, opened, candidate, data, request.run.run};
        job.step("compare tensors", 0, 1);
        attempt(layers, "What tensors keep of FP32 was not measured", [&] { parts.faults = add_on_the_way(layers, on, twins, job); });
        attempt(layers, "What each region breaks was not measured", [&] { add_errors(layers, on, all, job); });
    }
    explain(layers, parts);
    return layers;
}

}  // namespace vernier
