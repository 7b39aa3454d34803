// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/quantize_file.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <ostream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/provenance.h"
#include "core/flow/executed.h"
#include "core/flow/plan_file.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

/// Path of a file that need not be there, links followed; the same for every way to write it.
fs::path resolved(const fs::path& path) { return fs::weakly_canonical(fs::absolute(path)); }

/// The output's large constants may go beside it, to a file that must be no input either.
fs::path constants_of(const fs::path& out) { return out.string() + ".data"; }

void check_outputs(const QuantizeRequest& request, const std::vector<fs::path>& inputs) {
    check_output(request.out, inputs);
    if (fs::is_regular_file(constants_of(request.out))) check_output(constants_of(request.out), inputs);
    if (request.save_recipe.empty()) return;
    check_output(request.save_recipe, inputs);
    if (const fs::path recipe = resolved(request.save_recipe); recipe == resolved(request.out) || recipe == resolved(constants_of(request.out)))
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

void warn_of_samples(std::uint64_t used, std::uint64_t wanted, std::vector<Finding>& findings) {
    constexpr std::uint64_t kFew = 10;
    if (used == 0 || (used >= kFew && used >= wanted)) return;
    findings.push_back({used < kFew ? Severity::warning : Severity::info, "few-samples", kNone, {}, {},
                        wanted > used ? fmt::format("{} calibration samples were asked for, and the dataset has {}.", wanted, used)
                                      : fmt::format("Ranges were read from {} calibration {}.", used, used == 1 ? "sample" : "samples"),
                        used < kFew ? "100 samples are usual; fewer miss values that the model meets later." : ""});
}

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

/// Puts the file that is at fault into what is thrown without one.
Quantized quantize_named(const RuntimePtr& runtime, const QuantizeRequest& request, const ModelPtr& model, const Recipe& recipe,
                         const DatasetPtr& data, const Job& job) {
    try {
        return quantize(runtime, model, recipe, data, request.options, job);
    } catch (const Error& error) {
        Where where = error.where();
        if (where.file.empty() && error.kind() == ErrorKind::bad_model) where.file = request.model.string();
        if (where.file.empty() && error.kind() == ErrorKind::bad_data) where.file = request.data.string();
        throw Error(error.kind(), error.what(), where, error.remedy());
    }
}

}  // namespace

QuantizedFile quantize_file(const RuntimePtr& runtime, const QuantizeRequest& request, const Job& job) {
    const auto start = std::chrono::steady_clock::now();
    QuantizedFile result;
    result.out = request.out;
    result.runtime_version = runtime->version();
    result.model = open_for_work(runtime, request.model, job, request.sizes);
    check_outputs(request, result.model->files());
    const Recipe recipe = anchored(reanchored(request.recipe, *result.model), *result.model);
    const DatasetPtr data = open_data(request.data, *result.model);
    if (data != nullptr) check_outputs(request, data->files());
    check_data(recipe, *result.model, data);

    Quantized quantized = quantize_named(runtime, request, result.model, recipe, data, job);
    result.plan = std::move(quantized.plan);
    result.findings = std::move(quantized.findings);
    if (result.plan.changes_nothing()) check_with_runtime(runtime, *result.model, result.findings);
    check_executed(runtime, *quantized.proto, *result.model, result.plan, result.findings);
    if (data != nullptr) result.findings.insert(result.findings.end(), data->findings().begin(), data->findings().end());
    result.calibrate_seconds = quantized.calibrate_seconds;
    result.quantize_seconds = quantized.quantize_seconds;
    result.origin = origin_of(*result.model, recipe, result.plan, data, !quantized.ranges.empty());
    warn_of_samples(result.origin.calibration_samples, recipe.calibration.samples, result.findings);
    write_origin(*quantized.proto, result.origin);

    job.step("write", 0, 0);
    // The recipe gets its name after the model has its own, so that neither is ever there alone.
    std::optional<StagedFile> saved;
    if (!request.save_recipe.empty()) saved.emplace(request.save_recipe, [&](std::ostream& out) { out << to_json(recipe).dump(2) << "\n"; });
    save_model(*quantized.proto, request.out);
    if (saved) saved->put_in_place();
    std::error_code ignored;
    result.size_bytes = fs::file_size(request.out, ignored);
    if (const fs::path beside = constants_of(request.out); quantized.proto->ByteSizeLong() > result.size_bytes && fs::exists(beside, ignored))
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
            {"already", already_json(result.plan)},
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
