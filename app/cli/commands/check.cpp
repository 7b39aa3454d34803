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
#include "core/flow/check_file.h"
#include "core/report/documents.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string quantized, against, data;
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

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("QUANTIZED", options->quantized, "Quantized ONNX file, by Vernier or another tool");
    set.text("--against", options->against, "FP32", "The model that it was made of", true);
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json");
    set.count("--samples", options->samples, "N", "Samples to run (default 16)", {1, 1000000});
    options->sizes.declare(set);
    set.threads(options->threads, "Threads of the runtime inside an operator (default 1)");
    options->provider.declare(set);
    return [options](Context& context) {
        CheckFileRequest request{options->quantized, options->against, options->data, options->sizes.read(), {}};
        request.options.samples = options->samples.value_or(request.options.samples);
        request.options.target.threads = static_cast<int>(options->threads.value_or(1));
        const RuntimePtr runtime = context.runtime();
        request.options.target = options->provider.read(runtime, request.options.target);
        const CheckedFile checked = check_file(runtime, request, context.job());
        context.result(document(to_json(checked)), [&](const Style& style) { return text_of(checked, style); });
        return checked.faults.empty() ? 0 : 1;
    };
}

}  // namespace

const Command kCheck = {
    "check",
    "Name what is wrong in a quantized file, whoever made it",
    "Each node of the FP32 model is found in the file, by names, tensors and structure. What is stored (scales, axes, biases, opset) and what the runtime "
    "executes is judged, and with --data both are run on the same samples: the first place where they part is named, and each fault with "
    "its node and what to do.\n\n"
    "Exit code: 0 no faults, 1 faults.",
    "vernier-cli check small.onnx --against model.onnx --data model.dataset.json\n"
    "vernier-cli check small.onnx --against model.onnx --json",
    declare,
    InWorker::yes};

}  // namespace vernier::cli
