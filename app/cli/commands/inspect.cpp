// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/inspect.h"

#include <fmt/format.h>

#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/provider_options.h"
#include "app/cli/size_options.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

std::string ports_text(const Model& model, const std::vector<ValueId>& values, std::string_view heading, const Style& style) {
    TextTable table({"<" + std::string(heading), "<type"});
    for (const ValueId id : values) table.row({model.value(id).name, model.value(id).type.text()});
    return table.text(style) + "\n";
}

std::string facts_text(const Inspection& inspection, const Style& style) {
    const Model& model = *inspection.model;
    std::string text = style.bold(printable(model.path().filename().string())) + "\n";
    text +=
        fmt::format("  opset {}, IR {}, {} nodes, {} parameters, {} MB", model.opset(), model.ir_version(),
                    grouped(static_cast<std::uint64_t>(count_nodes(model))), shortened(static_cast<double>(model.parameters())), megabytes(model.size_bytes()));
    if (inspection.workload.macs > 0) text += ", " + shortened(static_cast<double>(inspection.workload.macs)) + " multiply-accumulates";
    if (!model.producer().empty()) text += ", from " + printable(model.producer());
    return text + "\n\n";
}

std::string text_of(const Inspection& inspection, const Style& style) {
    const Model& model = *inspection.model;
    std::string text = facts_text(inspection, style);
    text += ports_text(model, model.inputs(), "input", style);
    text += ports_text(model, model.outputs(), "output", style);
    TextTable ops({"<operator", ">nodes"});
    for (const auto& [op, count] : inspection.ops) ops.row({op, grouped(static_cast<std::uint64_t>(count))});
    text += ops.text(style) + "\n";
    text += style.bold("Advice: " + inspection.advice.title) + "\n" + wrapped(inspection.advice.text, 100, "  ") + "\n\n";
    TextTable methods({"<method", "<fits", "<what to expect"});
    for (const MethodAdvice& each : inspection.advice.methods) methods.row({std::string(row(each.method).title), each.suits ? "yes" : "-", each.text});
    return text + methods.text(style) + "\n" + cli::text_of(inspection.findings, style);
}

struct Options {
    std::string model, data;
    SizeOptions sizes;
    ProviderOptions provider;
};

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file");
    options->sizes.declare(set);
    set.text("--data", options->data, "SPEC", "Samples, which give the sizes of open axes");
    options->provider.declare(set);
    return [options](Context& context) {
        std::vector<Finding> findings;
        const RuntimePtr runtime = context.runtime_if_any(findings);
        const Target target = runtime == nullptr ? Target{} : options->provider.read(runtime, {});
        Inspection inspection = inspect(runtime, {options->model, options->sizes.read(), options->data, target}, context.job());
        inspection.findings.insert(inspection.findings.begin(), findings.begin(), findings.end());
        context.result(document(to_json(inspection)), [&](const Style& style) { return text_of(inspection, style); });
        return 0;
    };
}

}  // namespace

const Command kInspect = {
    "inspect",
    "Show what a model is, which method suits it, and what to watch",
    "Opens the model, lets ONNX Runtime check that it runs, and says what was found: operators, inputs and outputs, where the "
    "work lies, and what makes quantization hard. Nothing is measured and nothing is written.",
    "vernier-cli inspect model.onnx\nvernier-cli inspect detector.onnx --shape input=1x3x640x640\nvernier-cli inspect model.onnx --json | jq .advice.method",
    declare,
    InWorker::and_look_without_runtime};

}  // namespace vernier::cli
