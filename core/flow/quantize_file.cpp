// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/quantize_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"
#include "core/flow/executed.h"
#include "core/flow/plan_file.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

void check_outputs(const QuantizeRequest& request) {
    std::vector<fs::path> inputs = {request.model};
    if (!request.data.empty()) inputs.push_back(request.data);
    check_output(request.out, inputs);
    if (request.save_recipe.empty()) return;
    check_output(request.save_recipe, inputs);
    if (fs::weakly_canonical(request.save_recipe) == fs::weakly_canonical(request.out))
        throw Error(ErrorKind::usage, "the recipe and the model would be written to the same file", {request.out.string()}, "Give another name.");
}

void check_data(const Recipe& recipe, const Model& model, const DatasetPtr& data) {
    if (data != nullptr) return;
    const std::vector<Choice> choices = resolve(recipe, model);
    const auto count = std::count_if(choices.begin(), choices.end(), [](const Choice& choice) { return row(choice.method).needs_calibration; });
    if (count > 0)
        throw Error(ErrorKind::usage, fmt::format("{} nodes are to become INT8 static, which needs calibration samples", count), {},
                    "Give --data: a folder of images, an .npz or .npy file, a folder of test_data_set_*, or a .dataset.json. 100 samples are usual.");
}

/// Removes the recipe again when the model could not be written, unless there was one before.
class SavedRecipe {
public:
    SavedRecipe(const fs::path& path, const Recipe& recipe) : path_(path) {
        if (path_.empty()) return;
        std::error_code ignored;
        was_there_ = fs::exists(path_, ignored);
        write_file(path_, to_json(recipe).dump(2) + "\n");
    }
    ~SavedRecipe() {
        std::error_code ignored;
        if (!path_.empty() && !kept_ && !was_there_) fs::remove(path_, ignored);
    }
    SavedRecipe(const SavedRecipe&) = delete;
    SavedRecipe& operator=(const SavedRecipe&) = delete;
    void keep() { kept_ = true; }

private:
    fs::path path_;
    bool was_there_ = false, kept_ = false;
};

bool changes_nothing(const Plan& plan) { return plan.count(Method::fp32) == plan.nodes.size(); }

Origin origin_of(const Model& model, const Recipe& recipe, const Plan& plan, const DatasetPtr& data, bool calibrated) {
    Origin origin;
    origin.version = VERNIER_VERSION;
    origin.source_sha256 = model.sha256();
    origin.recipe = to_json(recipe);
    origin.recipe_sha256 = sha256(origin.recipe.dump());
    for (const MethodRow& method : kMethods) origin.counts[method.method] = plan.count(method.method);
    if (data == nullptr || !calibrated) return origin;
    origin.data_name = data->name();
    origin.data_fingerprint = data->fingerprint();
    origin.calibration_samples = pick_samples(*data, Split::calibration, recipe.calibration.samples).size();
    return origin;
}

}  // namespace

QuantizedFile quantize_file(const RuntimePtr& runtime, const QuantizeRequest& request, const Job& job) {
    const auto start = std::chrono::steady_clock::now();
    QuantizedFile result;
    result.out = request.out;
    result.runtime_version = runtime->version();
    result.model = open_for_work(runtime, request.model, job);
    check_outputs(request);
    const Recipe recipe = anchored(reanchored(request.recipe, *result.model), *result.model);
    const DatasetPtr data = open_data(request.data, *result.model);
    check_data(recipe, *result.model, data);

    Quantized quantized = quantize(runtime, result.model, recipe, data, request.options, job);
    result.plan = std::move(quantized.plan);
    result.findings = std::move(quantized.findings);
    if (changes_nothing(result.plan)) check_with_runtime(runtime, *result.model, result.findings);
    check_executed(runtime, *quantized.proto, *result.model, result.plan, result.findings);
    if (data != nullptr) result.findings.insert(result.findings.end(), data->findings().begin(), data->findings().end());
    result.calibrate_seconds = quantized.calibrate_seconds;
    result.quantize_seconds = quantized.quantize_seconds;
    result.origin = origin_of(*result.model, recipe, result.plan, data, !quantized.ranges.empty());
    write_origin(*quantized.proto, result.origin);

    job.step("write", 0, 0);
    SavedRecipe saved(request.save_recipe, recipe);
    save_model(*quantized.proto, request.out);
    saved.keep();
    std::error_code ignored;
    result.size_bytes = fs::file_size(request.out, ignored);
    if (const fs::path beside = request.out.string() + ".data"; quantized.proto->ByteSizeLong() > result.size_bytes && fs::exists(beside, ignored))
        result.size_bytes += fs::file_size(beside, ignored);
    result.sha256 = sha256_of_file(request.out);
    result.total_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const Finding& finding : result.findings) job.report(finding);
    return result;
}

Json to_json(const QuantizedFile& result) {
    const std::uint64_t source = result.model->size_bytes();
    const double ratio = source == 0 ? 1 : static_cast<double>(result.size_bytes) / static_cast<double>(source);
    return {{"model", result.model->path().string()},
            {"out", result.out.string()},
            {"size_bytes", result.size_bytes},
            {"source_bytes", source},
            {"size_ratio", ratio},
            {"sha256", result.sha256},
            {"counts", counts_json(result.plan)},
            {"nodes", nodes_json(result.plan, *result.model)},
            {"findings", to_json(result.findings)},
            {"seconds", {{"calibrate", result.calibrate_seconds}, {"quantize", result.quantize_seconds}, {"total", result.total_seconds}}},
            {"peak_rss_bytes", peak_rss_bytes()},
            {"recipe", result.origin.recipe},
            {"data", {{"name", result.origin.data_name}, {"fingerprint", result.origin.data_fingerprint}, {"samples", result.origin.calibration_samples}}},
            {"runtime", {{"version", result.runtime_version}}},
            {"host", to_json(this_host())}};
}

}  // namespace vernier
