// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/sensitivity_file.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/provenance.h"
#include "core/flow/unrolled.h"
#include "core/quant/quantize.h"

namespace vernier {
namespace {

/// Throws what would only fail after long work.
void check_request(const SensitivityRequest& request, const SensitivityFile& file) {
    if (request.data.empty())
        throw Error(ErrorKind::usage, "sensitivity is measured on samples, and there are none", {},
                    "Give --data: a folder of images, an .npz or .npy file, a folder of test_data_set_*, or a .dataset.json. 16 samples or more are usual.");
    const std::vector<Choice> choices = resolve(file.recipe, *file.model);
    if (std::all_of(choices.begin(), choices.end(), [](const Choice& choice) { return choice.method == Method::fp32; }))
        throw Error(ErrorKind::usage, "the recipe keeps every node in FP32, so there is nothing to measure", {},
                    "Choose another method with --method or --set.");
}

Json known(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

/// Error of each output, and of its channels that are alike in size.
Json outputs_json(const Sensitivity& found, const RegionErrors& errors) {
    Json outputs = Json::array();
    for (std::size_t i = 0; i < std::min(found.parts.size(), errors.parts.size()); ++i) {
        const OutputPart& part = found.parts[i];
        outputs.push_back({{"name", part.output}, {"channels", part.axis < 0 ? Json() : Json(part.channels)}, {"error", errors.parts[i]}});
    }
    return outputs;
}

Json region_json(const SensitivityFile& file, const RegionErrors& errors) {
    const Region& region = file.regions.list[static_cast<std::size_t>(errors.region)];
    const Node& core = file.model->node(region.core);
    const auto figure = [&](double value) { return errors.measured ? Json(value) : Json(); };
    return {{"id", region.id},
            {"core", region.core},
            {"name", core.label},
            {"op", core.op_type},
            {"nodes", region.nodes},
            {"tied", region.tied},
            {"applied", errors.applied_whole},
            {"applied_planned", errors.applied},
            {"error_alone", figure(errors.whole)},
            {"error_share", figure(errors.share)},
            {"error_planned", figure(errors.alone)},
            {"error_weights", known(errors.weights)},
            {"error_activations", known(errors.activations)},
            {"kl_alone", known(errors.whole_kl)},
            {"kl_planned", known(errors.alone_kl)},
            {"error_without", known(errors.without)},
            {"outputs", outputs_json(file.found, errors)},
            {"why", errors.why},
            {"stays", errors.stays}};
}

}  // namespace

SensitivityFile sensitivity_file(const RuntimePtr& runtime, const SensitivityRequest& request, const Job& job) {
    const auto start = std::chrono::steady_clock::now();
    SensitivityFile file;
    file.runtime_version = runtime->version();
    file.model = open_for_work(runtime, request.model, job, request.sizes);
    file.recipe = anchored(reanchored(request.recipe, *file.model), *file.model);
    check_request(request, file);
    const DatasetPtr data = open_data(request.data, *file.model);
    file.data_name = data->name();
    file.data_fingerprint = data->fingerprint();
    if (!request.state.empty()) {
        std::vector<std::filesystem::path> inputs = file.model->files();
        const auto samples = data->files();
        inputs.insert(inputs.end(), samples.begin(), samples.end());
        check_output(request.state, inputs);
    }
    const DatasetPtr runs = unrolled(data, {runtime, file.model, {}, file.recipe.calibration.samples}, job);
    const CanonicalPtr start_graph = canonical(file.model);
    file.regions = regions(*start_graph);
    file.recipe = with_chosen_ranges({.runtime = runtime, .model = file.model, .recipe = file.recipe, .dataset = runs, .canonical = start_graph}, job);
    const CandidateSource source{.runtime = runtime, .canonical = start_graph, .recipe = file.recipe, .dataset = runs, .at_once = request.threads};
    SensitivityOptions options;
    options.rank_samples = request.samples;
    options.state = request.state;
    const auto complete = [&](Sensitivity found) {
        file.found = std::move(found);
        file.sentences = sentences_of(file.found, file.regions, *file.model);
        file.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    options.partial = [&](const Sensitivity& known_so_far) {
        complete(known_so_far);
        job.partial(to_json(file));
    };
    complete(sensitivity(source, file.regions, options, job));
    file.findings = file.found.findings;
    file.findings.insert(file.findings.end(), data->findings().begin(), data->findings().end());
    for (const Finding& finding : file.findings) job.report(finding);
    return file;
}

Json to_json(const SensitivityFile& file) {
    Json rows = Json::array();
    for (const int region : file.found.worst_first) rows.push_back(region_json(file, file.found.regions[static_cast<std::size_t>(region)]));
    return {{"vernier_sensitivity", 1},
            {"model", file.model->path().string()},
            {"recipe", to_json(file.recipe)},
            {"measure", "normalised error"},
            {"error_all", file.found.all},
            {"kl_all", known(file.found.all_kl)},
            {"sum_alone", file.found.sum},
            {"samples", {{"rank", file.found.rank_samples}, {"size", file.found.size_samples}}},
            {"regions", std::move(rows)},
            {"sentences", file.sentences},
            {"findings", to_json(file.findings)},
            {"seconds", file.seconds},
            {"peak_rss_bytes", peak_rss_bytes()},
            {"data", {{"name", file.data_name}, {"fingerprint", file.data_fingerprint}}},
            {"runtime", {{"version", file.runtime_version}}},
            {"host", to_json(this_host())}};
}

}  // namespace vernier
