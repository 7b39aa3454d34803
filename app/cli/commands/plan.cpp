// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/plan_text.h"
#include "app/cli/recipe_options.h"
#include "app/cli/size_options.h"
#include "core/flow/plan_file.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model;
    RecipeOptions recipe;
    SizeOptions sizes;
};

std::string text_of(const PlannedFile& planned, const Style& style) {
    const Model& model = *planned.model;
    std::string text = nodes_text(planned.plan, model, style) + "\n";
    text += style.bold(counts_text(planned.plan)) + "\n";
    text += fmt::format("  file about {} MB (estimate), now {} MB\n", megabytes(planned.plan.size_estimate_bytes), megabytes(model.size_bytes()));
    return text + "\n" + cli::text_of(planned.plan.findings, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file");
    options->recipe.declare(set);
    options->sizes.declare(set);
    return [options](Context& context) {
        const Recipe recipe = options->recipe.read();
        std::vector<Finding> findings;
        const RuntimePtr runtime = context.runtime_if_any(findings);
        PlannedFile planned = plan_file(runtime, options->model, recipe, context.job(), options->sizes.read());
        planned.plan.findings.insert(planned.plan.findings.begin(), findings.begin(), findings.end());
        context.result(document(to_json(planned)), [&](const Style& style) { return text_of(planned, style); });
        return 0;
    };
}

}  // namespace

const Command kPlan = {"plan",
                       "Show what each node would become, and why, without running anything",
                       "Every node is listed with the method that was chosen for it, the one that it gets, and the reason where they differ. The "
                       "size of the file is an estimate. What only a measurement can decide (whether the first convolutions are faster in float) "
                       "is decided by quantize.",
                       "vernier-cli plan model.onnx --method int8-static\n"
                       "vernier-cli plan model.onnx --method int8-static --set 'op:Gemm=fp32' --set '#0=fp32' --json",
                       declare,
                       InWorker::and_look_without_runtime};

}  // namespace vernier::cli
