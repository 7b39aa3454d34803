// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/size_options.h"
#include "core/base/provenance.h"
#include "core/flow/sensitivity_file.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, data, state;
    RecipeOptions recipe;
    SizeOptions sizes;
    std::optional<std::uint64_t> samples, threads;
};

std::string share_of(const std::optional<double>& part, double whole) {
    return part && whole > 0 ? fmt::format("{:.0f} %", std::min(100 * *part / whole, 999.0)) : std::string();
}

/// Of several outputs, or channels apart in size, the one that loses most.
std::string worst_output(const Sensitivity& found, const RegionErrors& errors) {
    if (found.parts.size() < 2 || errors.parts.size() != found.parts.size()) return {};
    const auto worst = std::max_element(errors.parts.begin(), errors.parts.end());
    return fmt::format("{}: {:.2g}", printable(found.parts[static_cast<std::size_t>(worst - errors.parts.begin())].text()), *worst);
}

std::string text_of(const SensitivityFile& file, const Style& style) {
    std::string text;
    for (const std::string& sentence : file.sentences) text += wrapped(printable(sentence), 100, "") + "\n";
    TextTable table(
        {">#", "<region", "<operator", ">nodes", ">error", ">share", "<worst output", ">as planned", ">weights", ">activations", "<why it is not all INT8"});
    for (const int id : file.found.worst_first) {
        const RegionErrors& errors = file.found.regions[static_cast<std::size_t>(id)];
        const Region& region = file.regions.list[static_cast<std::size_t>(id)];
        const Node& core = file.model->node(region.core);
        table.row({std::to_string(region.core), printable(core.label), printable(core.op_type), std::to_string(errors.applied_whole.size()),
                   errors.measured ? fmt::format("{:.3g}", errors.whole) : "", errors.measured ? fmt::format("{:.1f} %", 100 * errors.share) : "",
                   worst_output(file.found, errors), errors.measured ? fmt::format("{:.3g}", errors.alone) : "", share_of(errors.weights, errors.whole),
                   share_of(errors.activations, errors.whole), printable(errors.why)});
    }
    text += "\n" + table.text(style, 40) + "\n";
    text += style.bold(fmt::format("error with all as planned {:.3g}, sum of regions as planned {:.3g}", file.found.all, file.found.sum)) + "\n";
    text += fmt::format("  ranked on {} samples, sized on {}; {:.1f} s, peak memory {} MB\n\n", file.found.rank_samples, file.found.size_samples, file.seconds,
                        megabytes(peak_rss_bytes()));
    return text + cli::text_of(file.findings, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file");
    options->recipe.declare(set);
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    set.text("--calibration", options->recipe.calibration, "RANGES", "How samples become ranges, as of quantize");
    set.count("--samples", options->samples, "N", "Samples that each region is measured on (default 16, fewer for a large model)", {1, 1'000'000});
    set.text("--state", options->state, "FILE", "Keep what is measured in this file, and go on from it after a stop");
    options->sizes.declare(set);
    set.threads(options->threads, "Threads of calibration (default: all processors)");
    return [options](Context& context) {
        SensitivityRequest request;
        if (options->recipe.method.empty() && options->recipe.recipe.empty()) options->recipe.method = id(Method::int8_static);
        request.recipe = options->recipe.read();
        request.model = options->model;
        request.data = options->data;
        request.state = options->state;
        request.samples = options->samples.value_or(0);
        request.threads = static_cast<int>(options->threads.value_or(0));
        request.sizes = options->sizes.read();
        const SensitivityFile file = sensitivity_file(context.runtime(), request, context.job());
        context.result(document(to_json(file)), [&](const Style& style) { return text_of(file, style); });
        return 0;
    };
}

}  // namespace

const Command kSensitivity = {
    "sensitivity",
    "Show which parts of a model break its outputs when they are quantized",
    "A region is a Conv or product with the light nodes behind it, or a Concat. Each is quantized alone, in memory, and the outputs are held "
    "against those of the model: squared error over squared value, in front of a final Softmax or Sigmoid. No labels are needed, and no "
    "model is written. Without --method or --recipe it is INT8 static.\n\n"
    "\"error\" is of the whole region with its edges; \"as planned\" of what quantize would make of a recipe that chooses this region "
    "alone, which can be nothing. Weights and activations are measured apart for the worst ten.",
    "vernier-cli sensitivity model.onnx --data model.dataset.json\n"
    "vernier-cli sensitivity model.onnx --recipe mixed.json --data images --samples 64 --state model.state.json --json",
    declare,
    InWorker::yes};

}  // namespace vernier::cli
