// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/provider_options.h"
#include "app/cli/size_options.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/flow/check_file.h"
#include "core/flow/open.h"
#include "core/flow/predict.h"
#include "core/report/documents.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string quantized, against, data, cpu;
    std::optional<std::uint64_t> samples, threads;
    SizeOptions sizes;
    ProviderOptions provider;
};

std::string text_of(const CheckedFile& checked, const Style& style) {
    std::string text = fmt::format("{} of {} nodes of the FP32 model found in the file\n", checked.twins.found, checked.twins.counted);
    for (const CheckedOutput& output : checked.outputs)
        text += style.dim(fmt::format("  {}: {:.1f} dB against FP32\n", printable(output.name), output.sqnr_db));
    if (checked.way.first) {
        const Parting& first = *checked.way.first;
        const Node& node = checked.reference->node(first.node);
        text += fmt::format("They part first at {} ({}): {:.1f} dB before, {:.1f} dB behind.{}\n", printable(node.label), printable(node.op_type),
                            first.before_db, first.after_db, first.reach_text());
        for (const Parting& place : checked.way.places())
            if (place.node != first.node && place.node > first.node && place.reach)
                text += style.dim(fmt::format("  then at {} ({}).{}\n", printable(checked.reference->node(place.node).label),
                                              printable(checked.reference->node(place.node).op_type), place.reach_text()));
    }
    text += "\n";
    for (const Fault& fault : checked.faults) {
        text += style.bad(fault.code) + (fault.label.empty() ? "" : "  " + style.bold(printable(fault.label))) + "\n";
        text += wrapped(printable(fault.text), 100, "  ") + "\n" + wrapped(printable(fault.remedy), 100, "  ") + "\n";
    }
    if (checked.faults.empty()) text += style.good("No faults found.") + "\n";
    return text + "\n" + cli::text_of(checked.findings, style);
}

/// Without a share that rounds to nothing.
std::string percent_text(double share) { return share > 0 && share < 1e-5 ? "< 0.001 %" : fmt::format("{:.3f} %", 100 * share); }

std::string answers_text(const PredictedAnswers& answers) {
    std::string text;
    if (answers.top1) text += fmt::format("top-1 {:.2f} %, ", *answers.top1);
    if (answers.agreement) text += fmt::format("agreement with FP32 {:.2f} %, ", *answers.agreement);
    return text + fmt::format("SQNR {:.1f} dB", answers.sqnr_db);
}

std::string text_of(const Prediction& prediction, const Model& file, const Style& style) {
    std::string text =
        style.bold(fmt::format("Predicted for {} on {} {}", name(prediction.cpu), grouped(prediction.samples), prediction.samples == 1 ? "sample" : "samples"));
    if (prediction.fp32_top1) text += fmt::format(" (FP32: top-1 {:.2f} %)", *prediction.fp32_top1);
    text += fmt::format("\n  sums that clip nothing: {}\n  on {}: {}\n", answers_text(prediction.exact), name(prediction.cpu), answers_text(prediction.there));
    if (prediction.nodes.empty()) return text + "  No pair of products can pass 16 bits there.\n";
    TextTable table({"<node", ">pairs clipped", ">outputs changed"});
    for (const SaturatedNode& node : prediction.nodes)
        table.row({printable(file.node(node.node).label), percent_text(node.share()),
                   percent_text(node.seen.values == 0 ? 0 : static_cast<double>(node.seen.touched) / static_cast<double>(node.seen.values))});
    text += table.text(style);
    if (!prediction.unknown.empty())
        text += prediction.unknown.size() == 1
                    ? "  1 more product is of a form that is not emulated, and counts as exact.\n"
                    : fmt::format("  {} more products are of a form that is not emulated, and count as exact.\n", grouped(prediction.unknown.size()));
    return text + "  --weight-range safe quantizes without.\n";
}

std::optional<CpuKind> kind_of(const Options& options) {
    if (options.cpu.empty()) return std::nullopt;
    const std::optional<CpuKind> kind = cpu_kind_named(options.cpu);
    if (!kind) throw Error(ErrorKind::usage, "unknown --target \"" + options.cpu + "\"", {}, "Known are avx2, vnni and arm.");
    if (options.data.empty()) throw Error(ErrorKind::usage, "--target has no samples to predict on", {}, "Give --data.");
    return kind;
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("QUANTIZED", options->quantized, "Quantized ONNX file, by Vernier or another tool");
    set.text("--against", options->against, "FP32", "The model that it was made of", true);
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    set.count("--samples", options->samples, "N", "Samples to run (default 16)", {1, 1000000});
    options->sizes.declare(set);
    set.text("--target", options->cpu, "CPU",
             "Predict what it answers on another kind of CPU, by emulation on the samples: avx2 (x86 without VNNI), vnni or arm");
    set.threads(options->threads, "Threads of the runtime inside an operator (default 1)");
    options->provider.declare(set);
    return [options](Context& context) {
        const std::optional<CpuKind> kind = kind_of(*options);
        CheckFileRequest request{options->quantized, options->against, options->data, options->sizes.read(), {}};
        request.options.samples = options->samples.value_or(request.options.samples);
        request.options.target.threads = static_cast<int>(options->threads.value_or(1));
        const RuntimePtr runtime = context.runtime();
        request.options.target = options->provider.read(runtime, request.options.target);
        const CheckedFile checked = check_file(runtime, request, context.job());
        std::optional<Prediction> prediction;
        if (kind)
            prediction = predict(runtime, {checked.reference, checked.quantized, open_data(options->data, *checked.reference)}, *kind,
                                 options->samples.value_or(100), context.job());
        Json fields = to_json(checked);
        fields["prediction"] = prediction ? to_json(*prediction, *checked.quantized) : Json();
        context.result(document(fields),
                       [&](const Style& style) { return text_of(checked, style) + (prediction ? text_of(*prediction, *checked.quantized, style) : ""); });
        return checked.faults.empty() ? 0 : 1;
    };
}

}  // namespace

const Command kCheck = {
    "check",
    "Name what is wrong in a quantized file, whoever made it",
    "Each node of the FP32 model is found in the file, by names, tensors and structure. What is stored (scales, axes, biases, opset) and what the runtime "
    "executes is judged, and with --data both are run on the same samples: the first place where they part is named, and each fault with "
    "its node and what to do. --target says what another kind of CPU would answer: x86 without VNNI sums pairs of products in 16 bits.\n\n"
    "Exit code: 0 no faults, 1 faults.",
    "vernier-cli check small.onnx --against model.onnx --data model.dataset.json\n"
    "vernier-cli check small.onnx --against model.onnx --data images --target avx2\n"
    "vernier-cli check small.onnx --against model.onnx --json",
    declare,
    InWorker::yes};

}  // namespace vernier::cli
