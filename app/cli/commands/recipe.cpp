// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <memory>
#include <string>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/recipe_options.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/flow/plan_file.h"
#include "core/flow/recipe_export.h"
#include "core/flow/recipe_import.h"
#include "core/report/documents.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, from, out, to;
    RecipeOptions recipe;
};

/// The recipe that other options say, or the one that is read out of another tool's work.
ImportedRecipe recipe_of(Context& context, const Options& options, const RuntimePtr& runtime) {
    const bool own = !options.recipe.method.empty() || !options.recipe.recipe.empty() || options.recipe.equal_forms;
    if (own == !options.from.empty()) throw Error(ErrorKind::usage, "give either --from, or a recipe of Vernier's own (--recipe or --method)");
    if (!options.from.empty()) return import_recipe(runtime, options.model, options.from, context.job());
    return {open_for_work(runtime, options.model, context.job()), options.recipe.read(), {}};
}

std::string text_in_form(const ImportedRecipe& taken, const std::string& form) {
    if (form == "recipe") return to_json(anchored(reanchored(taken.recipe, *taken.model), *taken.model)).dump(2) + "\n";
    PlannedFile planned{taken.model, reanchored(taken.recipe, *taken.model), {}};
    planned.plan = make_plan(planned.model, planned.recipe);
    return form == "python" ? python_of(planned) : settings_of(planned).dump(2) + "\n";
}

int convert(Context& context, const Options& options) {
    const std::string form = options.to.empty() ? "recipe" : options.to;
    if (form != "recipe" && form != "python" && form != "settings")
        throw Error(ErrorKind::usage, "unknown form \"" + form + "\"", {}, "Known are recipe, python, settings.");
    std::vector<std::filesystem::path> inputs = {options.model};
    if (!options.from.empty()) inputs.emplace_back(options.from);
    if (!options.recipe.recipe.empty()) inputs.emplace_back(options.recipe.recipe);
    check_output(options.out, inputs);
    std::vector<Finding> without_runtime;
    ImportedRecipe taken = recipe_of(context, options, context.runtime_if_any(without_runtime));
    taken.findings.insert(taken.findings.begin(), without_runtime.begin(), without_runtime.end());
    for (const Finding& finding : taken.findings) context.job().report(finding);
    write_file(options.out, text_in_form(taken, form));
    const Json json = {{"out", options.out}, {"form", form}, {"recipe", to_json(taken.recipe)}, {"findings", to_json(taken.findings)}};
    context.result(document(json), [&](const Style& style) { return "wrote " + printable(options.out) + "\n\n" + cli::text_of(taken.findings, style); });
    return 0;
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file in FP32");
    set.text(
        "--from", options->from, "FILE",
        "Quantized file by another tool (.onnx), or its settings (.json: nodes_to_exclude, nodes_to_quantize, op_types_to_quantize, TensorQuantOverrides)");
    options->recipe.declare(set);
    set.text("--to", options->to, "FORM", "What is written: recipe (default), python (a script for onnxruntime.quantization), settings (its settings as JSON)");
    set.text("-o,--out", options->out, "FILE", "File to write", true);
    return [options](Context& context) { return convert(context, *options); };
}

}  // namespace

const Command kRecipe = {
    "recipe",
    "Take a recipe from another tool's work, or write one for it",
    "Of a quantized file, each node of the model is found in it; what it became is chosen, and the ranges of its scales are given, so that "
    "Vernier can make the same choices with its own writing, or others beside them. Nothing is run.",
    "vernier-cli recipe model.onnx --from theirs.onnx -o recipe.json\n"
    "vernier-cli recipe model.onnx --from overrides.json -o recipe.json\n"
    "vernier-cli recipe model.onnx --recipe recipe.json --to python -o quantize.py",
    declare,
    InWorker::and_look_without_runtime};

}  // namespace vernier::cli
