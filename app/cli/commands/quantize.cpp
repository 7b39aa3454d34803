// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/plan_text.h"
#include "app/cli/provider_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/size_options.h"
#include "core/base/provenance.h"
#include "core/flow/quantize_file.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, out, data, save_recipe;
    RecipeOptions recipe;
    SizeOptions sizes;
    ProviderOptions provider;
    std::optional<std::uint64_t> threads;
    bool no_timing = false;
};

/// "verified on 8 samples, with and without graph optimizations, and in true half precision: y 34.2 dB against FP32"
std::string verified_text(const Verification& verified) {
    constexpr std::size_t kNamed = 4;
    if (verified.samples == 0) return "verified: it can be opened with and without graph optimizations";
    const bool half = std::any_of(verified.outputs.begin(), verified.outputs.end(), [](const OutputCheck& output) { return output.was_half(); });
    std::string text =
        fmt::format("verified on {} {}, with and without graph optimizations{}:", verified.samples,
                    verified.made_inputs ? (verified.samples == 1 ? "made input" : "made inputs") : (verified.samples == 1 ? "sample" : "samples"),
                    half ? ", and in true half precision" : "");
    for (std::size_t i = 0; i < std::min(verified.outputs.size(), kNamed); ++i) {
        const OutputCheck& output = verified.outputs[i];
        text += fmt::format("{} {}", i == 0 ? "" : ",", printable(output.name()));
        if (const auto sqnr = output.sqnr_db())
            text += *sqnr >= 200 ? " equal to FP32" : fmt::format(" {:.1f} dB against FP32", *sqnr);
        else if (const auto equal = output.equal())
            text += fmt::format(" {:.1f} % equal", 100 * *equal);
    }
    if (verified.outputs.size() > kNamed) text += fmt::format(" and {} more", verified.outputs.size() - kNamed);
    return text;
}

std::string text_of(const QuantizedFile& result, const Style& style) {
    const std::uint64_t source = result.model->size_bytes();
    const double ratio = source == 0 ? 1 : static_cast<double>(result.size_bytes) / static_cast<double>(source);
    std::string text = style.bold(printable(result.out.string())) + "\n";
    text += fmt::format("  {} MB, {} (opened: {} MB)\n", megabytes(result.size_bytes), size_text(ratio), megabytes(source));
    text += "  " + counts_text(result.plan) + "\n";
    if (!result.origin.data_name.empty())
        text += fmt::format("  calibrated on {} {} of {}\n", result.origin.calibration_samples, result.origin.calibration_samples == 1 ? "sample" : "samples",
                            printable(result.origin.data_name));
    text += fmt::format("  {:.2f} s in all (calibrate {:.2f} s, quantize {:.2f} s, verify {:.2f} s), peak memory {} MB\n", result.total_seconds,
                        result.calibrate_seconds, result.quantize_seconds, result.verify_seconds, megabytes(peak_rss_bytes() + result.worker_peak_bytes));
    text += "  " + verified_text(result.verified) + "\n\n";
    const std::string differences = differences_text(result.plan, *result.model, style);
    if (!differences.empty()) text += differences + "\n";
    return text + cli::text_of(result.findings, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file; it is never changed");
    set.text("-o,--out", options->out, "OUT", "File to write", true);
    options->recipe.declare(set);
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    options->recipe.declare_calibration(set);
    options->sizes.declare(set);
    set.threads(options->threads, "Threads of calibration (default: all processors)");
    options->provider.declare(set);
    set.flag("--no-timing", options->no_timing, "Time nothing: every node gets its method though it may be slower, and a recipe always makes the same file");
    set.text("--save-recipe", options->save_recipe, "FILE", "Write the recipe that was used, with what finds its nodes again");
    return [options](Context& context) {
        QuantizeRequest request;
        request.recipe = options->recipe.read();
        if (!options->recipe.recipe.empty()) check_output(options->out, {options->recipe.recipe});
        request.model = options->model;
        request.out = options->out;
        request.data = options->data;
        request.sizes = options->sizes.read();
        request.save_recipe = options->save_recipe;
        request.options.threads = static_cast<int>(options->threads.value_or(0));
        request.options.time_prefix = !options->no_timing;
        request.worker = context.program_for_risks();
        const RuntimePtr runtime = context.runtime();
        request.options.target = options->provider.read(runtime, request.options.target);
        const QuantizedFile result = quantize_file(runtime, request, context.job());
        context.result(document(to_json(result)), [&](const Style& style) { return text_of(result, style); });
        return 0;
    };
}

}  // namespace

const Command kQuantize = {"quantize",
                           "Write a quantized model, by one method or a recipe that chooses per node",
                           "Nodes that cannot have the chosen method stay as they are, with the reason. INT8 static needs --data; its calibration "
                           "split is used. The file is written whole or not at all, and never over its own input.\n\n"
                           "A selector names nodes: op:Conv, name:\"features.0*\", #12, #3..9, up:(#12), weight>1MB, depthwise, and, or, not.",
                           "vernier-cli quantize model.onnx -o small.onnx --method int8-static --data model.dataset.json\n"
                           "vernier-cli quantize model.onnx -o mixed.onnx --method int8-static --data images --set 'depthwise=fp32' --save-recipe mixed.json\n"
                           "vernier-cli quantize model.onnx -o again.onnx --recipe mixed.json --data images --calibration percentile",
                           declare,
                           InWorker::yes};

}  // namespace vernier::cli
