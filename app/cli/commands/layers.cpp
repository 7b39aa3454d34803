// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/provider_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/size_options.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/layers_file.h"
#include "core/flow/open.h"
#include "core/layers/on_the_way.h"
#include "core/report/documents.h"
#include "core/report/format.h"
#include "core/report/layers_html.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, quantized, data, report;
    RecipeOptions recipe;
    SizeOptions sizes;
    ProviderOptions provider;
    std::optional<double> seconds;
    std::optional<std::uint64_t> threads;
    bool no_errors = false;
};

std::string ms_text(const std::optional<double>& ms) { return ms ? significant(*ms) : "-"; }
std::string error_text(const std::optional<double>& error) { return error ? fmt::format("{:.2g}", *error) : "-"; }
std::string db_text(const std::optional<double>& db) { return !db ? "-" : *db >= 200 ? "equal" : fmt::format("{:.1f}", *db); }

/// What breaks the outputs of this file first, then what regions break alone; where they are alike, what is slower than in FP32.
bool worse(const LayerNode& a, const LayerNode& b) {
    const auto key = [](const LayerNode& node) {
        const double left_db = std::min(node.outputs_db.value_or(kExactDb), 20.0);  // more of them breaks nothing
        return std::tuple(-left_db, node.error_alone.value_or(0), node.ms.value_or(0) - node.fp32_ms.value_or(0));
    };
    return key(a) > key(b);
}

/// What its output keeps; of numbers that a mask hides among far larger ones, those that it keeps least of.
std::optional<double> kept_db(const LayerNode& node) {
    constexpr double kHidden = 20;
    const bool hides = node.output_sqnr_db && node.group_sqnr_db && *node.group_sqnr_db < *node.output_sqnr_db - kHidden;
    return hides ? node.group_sqnr_db : node.output_sqnr_db;
}

std::string nodes_text(const Layers& layers, const Style& style) {
    constexpr std::size_t kMost = 20;
    std::vector<const LayerNode*> nodes;
    for (const LayerNode& node : layers.nodes)
        if (node.executed != "fused" && node.executed != "folded") nodes.push_back(&node);
    std::stable_sort(nodes.begin(), nodes.end(), [](const LayerNode* a, const LayerNode* b) { return worse(*a, *b); });
    TextTable table({">#", "<node (worst first)", "<op", "<applied", "<executed", ">FP32 ms", ">ms", ">conversions", ">error alone", ">SQNR dB"});
    for (std::size_t i = 0; i < std::min(nodes.size(), kMost); ++i) {
        const LayerNode& node = *nodes[i];
        table.row({std::to_string(node.id), printable(node.name), printable(node.op), node.applied, node.executed, ms_text(node.fp32_ms), ms_text(node.ms),
                   node.conversions_ms > 0 ? significant(node.conversions_ms) : "", error_text(node.error_alone), db_text(kept_db(node))});
    }
    const std::string rest = nodes.size() > kMost ? fmt::format("  and {} more (--json names all)\n", nodes.size() - kMost) : "";
    return table.text(style) + rest;
}

/// What is slower or breaks something, with what to do.
std::string advice_text(const Layers& layers) {
    constexpr std::size_t kMost = 10;
    std::vector<const LayerNode*> nodes;
    for (const LayerNode& node : layers.nodes)
        if (!node.why.empty()) nodes.push_back(&node);
    std::stable_sort(nodes.begin(), nodes.end(), [](const LayerNode* a, const LayerNode* b) { return worse(*a, *b); });
    std::string text;
    for (std::size_t i = 0; i < std::min(nodes.size(), kMost); ++i)
        text +=
            wrapped(fmt::format("#{} {}: {} {}", nodes[i]->id, printable(nodes[i]->name), printable(nodes[i]->why), printable(nodes[i]->change)), 100, "  ") +
            "\n";
    if (nodes.size() > kMost) text += fmt::format("  and {} more (--json names all)\n", nodes.size() - kMost);
    return text.empty() ? text : "\n" + text;
}

std::string text_of(const Layers& layers, const Style& style) {
    std::string text;
    for (const std::string& sentence : layers.sentences) text += style.bold(wrapped(printable(sentence), 100, "")) + "\n";
    text += "\n" + nodes_text(layers, style) + advice_text(layers) + "\n";
    text += style.dim(
        fmt::format("  Times of nodes are the profiler's, times {} (FP32) and {}, so that they sum up to the measured p50. ONNX Runtime {}, {}, {} thread{}",
                    significant(layers.fp32.factor), significant(layers.quantized.factor), layers.run.library.version, provider_text(layers.run),
                    layers.run.threads, layers.run.threads == 1 ? "" : "s"));
    return text + "\n\n" + cli::text_of(layers.findings, style);
}

LayersRequest request_of(const Options& options, Context& context) {
    LayersRequest request;
    request.model = options.model;
    const bool by_recipe = !options.recipe.method.empty() || !options.recipe.recipe.empty() || !options.recipe.set.empty();
    if (options.quantized.empty() != by_recipe)
        throw Error(ErrorKind::usage, by_recipe ? "both a quantized file and a recipe are given" : "neither a quantized file nor a recipe is given", {},
                    "Give QUANTIZED, or --recipe FILE, or --method METHOD.");
    if (by_recipe) {
        request.recipe = options.recipe.read();
    } else {
        request.quantized = options.quantized;
    }
    request.data = options.data;
    request.run.run.threads = static_cast<int>(options.threads.value_or(1));
    request.run.seconds = options.seconds.value_or(request.run.seconds);
    request.run.sizes = options.sizes.read();
    request.run.worker = "/proc/self/exe";
    request.worker = context.program_for_risks();
    request.errors = !options.no_errors;
    return request;
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file in FP32");
    set.optional_argument("QUANTIZED", options->quantized,
                          "Quantized file of the same model, by Vernier or another tool; else it is made by --recipe or --method");
    options->recipe.declare(set);
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    options->recipe.declare_calibration(set);
    options->sizes.declare(set);
    set.number("--seconds", options->seconds, "S", "Time for the latency of each file (default 4)", false);
    set.threads(options->threads, "Threads of the runtime inside an operator (default 1)");
    options->provider.declare(set);
    set.flag("--no-errors", options->no_errors, "Only times and what is executed: what each region breaks is not measured");
    set.text("--report", options->report, "FILE.html", "Write the evidence as one HTML file");
    return [options](Context& context) {
        LayersRequest request = request_of(*options, context);
        if (!options->report.empty()) {
            std::vector<std::filesystem::path> inputs{request.model};
            if (!request.quantized.empty()) inputs.push_back(request.quantized);
            if (!request.data.empty() && std::filesystem::is_regular_file(request.data)) inputs.push_back(request.data);
            check_output(options->report, inputs);
        }
        const RuntimePtr runtime = context.runtime();
        request.run.run = options->provider.read(runtime, request.run.run);
        const Layers layers = layers_file(runtime, request, context.job());
        if (!options->report.empty()) write_file(options->report, render_html(layers));
        context.result(document(to_json(layers)), [&](const Style& style) { return text_of(layers, style); });
        return 0;
    };
}

}  // namespace

const Command kLayers = {
    "layers",
    "Show for each node what it costs, what is executed and what it breaks",
    "Both files are timed node by node. The time of a fused operator goes to the nodes that it does the work of, that of a conversion to "
    "the node that causes it, and all sums up to the measured latency. Each node that is slower than in FP32 is given with the reason and "
    "a change to make. With --data, what each region breaks when it alone is quantized, and where the two files part.\n\n"
    "Without QUANTIZED, the file is made by the recipe in a temporary folder, with nothing decided by timing: give the file of quantize to see "
    "what that left in FP32.",
    "vernier-cli layers model.onnx small.onnx --data model.dataset.json\n"
    "vernier-cli layers model.onnx --method int8-static --data samples.npz --json\n"
    "vernier-cli layers model.onnx --recipe mixed.json --data images --report layers.html",
    declare,
    InWorker::yes};

}  // namespace vernier::cli
