// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/recipe_options.h"

#include <algorithm>
#include <array>

#include "app/cli/options.h"
#include "core/base/error.h"
#include "core/quant/calibration/table.h"
#include "core/quant/methods/roundings.h"
#include "core/quant/near_names.h"
#include "core/quant/passes/passes.h"

namespace vernier::cli {
namespace {

std::vector<std::string> method_ids() {
    std::vector<std::string> ids;
    for (const MethodSpec& row : methods()) ids.emplace_back(row.id);
    return ids;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// "minmax (default) keeps every value that was seen; percentile cuts off rare ones"
std::string range_words() {
    std::string text;
    for (const RangeMethod& row : range_methods())
        text += (text.empty() ? std::string(row.id) + " (default) " : "; " + std::string(row.id) + " ") + std::string(row.words);
    return text;
}

/// The same of how codes of weights are found.
std::string rounding_words() {
    std::string text;
    for (const RoundingRow& row : roundings())
        text += std::string(text.empty() ? "" : "; ") + std::string(row.id) + (row.id == WeightCodes{}.rounding ? " (default) " : " ") + std::string(row.words);
    return text;
}

/// "u8s8 (default) ...; s8s8 ..."
template <class Choice, std::size_t Count>
std::string words_in(const std::array<DialectRow<Choice>, Count>& rows) {
    std::string text;
    for (const DialectRow<Choice>& row : rows)
        text += (text.empty() ? std::string(row.id) + " (default): " : "; " + std::string(row.id) + ": ") + std::string(row.words);
    return text;
}

template <class Choice, std::size_t Count>
void take(const std::string& option, const std::string& text, const std::array<DialectRow<Choice>, Count>& rows, Choice& into) {
    if (text.empty()) return;
    const std::optional<Choice> choice = choice_in(rows, text);
    if (!choice) throw Error(ErrorKind::usage, option + " knows no \"" + text + "\"", {}, "Known are " + ids_in(rows) + ".");
    into = *choice;
}

Method method_of(const std::string& text) {
    if (const std::optional<Method> method = method_from_id(text)) return *method;
    const std::string near = did_you_mean(near_names(text, method_ids()));
    throw Error(ErrorKind::usage, "unknown method \"" + text + "\"", {}, near.empty() ? "Methods are " + joined(method_ids()) + "." : near);
}

std::string pass_of(const std::string& text) {
    const std::vector<std::string> known = pass_names();
    if (std::find(known.begin(), known.end(), text) != known.end()) return text;
    const std::string near = did_you_mean(near_names(text, known));
    throw Error(ErrorKind::usage, "unknown rewriting \"" + text + "\"", {}, near.empty() ? "Rewritings are " + joined(known) + "." : near);
}

/// What is chosen for another method already cannot be chosen for a new form too.
Method rewritten_instead_of(Method chosen) {
    const Method rewritten = method_of("fp32-rewritten");
    if (chosen != Method::fp32 && chosen != rewritten)
        throw Error(ErrorKind::usage, "--equal-forms is for nodes that stay in FP32, and all are chosen for " + std::string(row(chosen).title), {},
                    "Choose nodes of it by --set 'SELECTOR=fp32-rewritten'.");
    return rewritten;
}

}  // namespace

void RecipeOptions::declare(OptionSet& options) {
    options.text("--method", method, "METHOD", "Method of all nodes that no rule names: " + joined(method_ids()));
    options.flag("--equal-forms", equal_forms, "Nodes that no rule names get an equal form that runs faster, in FP32: short for --method fp32-rewritten");
    options.text("--recipe", recipe, "FILE", "Recipe to use instead of --method (JSON, as --save-recipe writes it)");
    options.list("--set", set, "'SELECTOR=METHOD'", "Method of the nodes that a selector names; the later of several wins");
    options.flag("--per-tensor", per_tensor, "One scale a weight tensor instead of one a channel");
    options.text("--rounding", rounding, "WAY", "How codes of weights are found: " + rounding_words());
    options.count("--block", block, "N", "Weights that share a scale in INT4: 16, 32, 64 or 128 (default 32)", {16, 128});
    options.flag("--zero-points", zero_points, "INT4: each block has a zero point too, an eighth of a bit a weight more with blocks of 32");
    options.text("--dialect", dialect, "DIALECT", "Integers of static INT8: " + words_in(kDialects));
    options.text("--weight-range", weight_range, "RANGE", "Codes of static INT8's weights: " + words_in(kWeightRanges));
    options.list("--skip-pass", skip_passes, "NAME", "Leave out a rewriting of the graph, to see what it changes: " + joined(pass_names()));
}

void RecipeOptions::declare_calibration(OptionSet& options) {
    options.count("--samples", samples, "N", "Calibration samples to use, spread evenly (default 100; 0: all)", {0, 1'000'000'000});
    options.text("--calibration", calibration, "RANGES", "How samples become ranges: " + range_words());
}

Recipe RecipeOptions::read() const {
    if (method.empty() && recipe.empty() && !equal_forms)
        throw Error(ErrorKind::usage, "give --method or --recipe", {}, "Methods are " + joined(method_ids()) + ".");
    if (!method.empty() && !recipe.empty()) throw Error(ErrorKind::usage, "give either --method or --recipe, not both");
    Recipe result = recipe.empty() ? Recipe{} : read_recipe(recipe);
    if (!method.empty()) result.default_method = method_of(method);
    if (equal_forms) result.default_method = rewritten_instead_of(result.default_method);
    for (const std::string& text : set) result.rules.push_back(rule_of(text));
    if (per_tensor) result.per_channel = false;
    take("--dialect", dialect, kDialects, result.dialect);
    take("--weight-range", weight_range, kWeightRanges, result.weight_range);
    for (const std::string& name : skip_passes) result.skip_passes.push_back(pass_of(name));
    if (samples) result.calibration.samples = *samples;
    read_weights(result.weights);
    if (calibration.empty()) return result;
    if (find_range_method(calibration) == nullptr)
        throw Error(ErrorKind::usage, "unknown calibration \"" + calibration + "\"", {}, "Known are " + joined(range_method_ids()) + ".");
    result.calibration.method = calibration;
    return result;
}

void RecipeOptions::read_weights(WeightCodes& weights) const {
    if (zero_points) weights.zero_points = true;
    if (block) {
        if (std::find(kBlocks.begin(), kBlocks.end(), *block) == kBlocks.end())
            throw Error(ErrorKind::usage, "--block " + std::to_string(*block) + " is no size of blocks", {}, "Blocks hold 16, 32, 64 or 128 weights.");
        weights.block = *block;
    }
    if (rounding.empty()) return;
    if (find_rounding(rounding) == nullptr)
        throw Error(ErrorKind::usage, "unknown rounding \"" + rounding + "\"", {}, "Known are " + joined(rounding_ids()) + ".");
    weights.rounding = rounding;
}

Rule rule_of(const std::string& text) {
    const auto trimmed = [](std::string part) {
        part.erase(0, part.find_first_not_of(" \t"));
        part.erase(part.find_last_not_of(" \t") + 1);
        return part;
    };
    const std::size_t at = text.rfind('=');
    if (at == std::string::npos || at == 0)
        throw Error(ErrorKind::usage, "--set \"" + text + "\" is not SELECTOR=METHOD", {}, "For example --set 'op:Gemm=fp32'.");
    Rule rule;
    rule.select = trimmed(text.substr(0, at));
    rule.method = method_of(trimmed(text.substr(at + 1)));
    return rule;
}

}  // namespace vernier::cli
