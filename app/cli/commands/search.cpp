// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "app/cli/provider_options.h"
#include "app/cli/recipe_options.h"
#include "app/cli/size_options.h"
#include "core/base/error.h"
#include "core/evidence/gate_text.h"
#include "core/evidence/limit_range.h"
#include "core/flow/search_file.h"
#include "core/flow/search_judge.h"
#include "core/report/documents.h"
#include "core/report/format.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string model, data, out;
    RecipeOptions recipe;
    SizeOptions sizes;
    ProviderOptions provider;
    std::optional<double> max_drop, min_agreement, min_sqnr, min_speedup, budget, seconds;
    std::vector<std::string> gates;
    std::optional<std::uint64_t> seed, threads;
};

int exit_code_of(SearchEnd end) { return end == SearchEnd::found ? 0 : end == SearchEnd::none ? 1 : 2; }

std::string metric_head(const Gate& gate) {
    if (const GateLimit* limit = leading_limit(gate))
        return limit->figure + (limit->of == GateLimit::Of::drop ? " drop" : limit->of == GateLimit::Of::rise ? " rise" : "");
    return gate.max_drop_points ? "drop, points" : gate.min_agreement ? "agreement, %" : "SQNR, dB";
}

std::string mark_of(const SearchedFile& searched, std::size_t index) {
    const SearchPoint& point = searched.result.front[index];
    if (searched.result.chosen == index) return "chosen";
    if (!point.measured) return "";
    if (!point.measured->trouble.empty()) return "cannot be made";
    if (searched.result.nearest == index) return "nearest";
    if (point.reported) return "not on report samples";
    if (!point.measured->within) return "over the limit";
    return point.measured->speed == Outcome::failed ? "too slow" : "within";
}

std::string front_text(const SearchedFile& searched, const Style& style) {
    TextTable table({"<recipe", ">nodes in float", ">predicted ms", ">ms", ">predicted error", ">error", ">" + metric_head(searched.gate), "<"});
    for (std::size_t i = 0; i < searched.result.front.size(); ++i) {
        const SearchPoint& point = searched.result.front[i];
        const Validation* const seen = point.measured ? &*point.measured : nullptr;
        table.row({searched.recipes.at(i), grouped(searched.float_nodes.at(i).size()), significant(point.predicted_ms),
                   seen == nullptr ? "" : significant(seen->ms), significant(point.predicted_error), seen == nullptr ? "" : significant(seen->error),
                   seen == nullptr || !seen->metric ? "" : fmt::format("{:.2f}", *seen->metric), mark_of(searched, i)});
    }
    return table.text(style);
}

std::string text_of(const SearchedFile& searched, const std::string& out, const Style& style) {
    const SearchResult& result = searched.result;
    std::string title = "No recipe was found.", more = result.why;
    if (result.chosen) {
        const SearchPoint& chosen = result.front[*result.chosen];
        const std::size_t nodes = searched.float_nodes.at(*result.chosen).size();
        title = fmt::format("{}/{} holds the limits: {} ms instead of {} ms.", out, searched.chosen_model, significant(chosen.reported->ms),
                            significant(searched.fp32_ms));
        more = fmt::format("{} {} in float that could be {}; judged on {} samples that it was not chosen by.", grouped(nodes),
                           nodes == 1 ? "node stays" : "nodes stay", row(searched.method).title, grouped(searched.report_samples));
    }
    std::string text = style.bold(printable(title)) + "\n" + wrapped(printable(more), 100, "  ") + "\n\n";
    if (!result.front.empty()) text += front_text(searched, style) + "\n";
    text += style.dim(fmt::format("  {} {} measured on {} samples, {} judged on {} others, {:.0f} s in all", result.validations,
                                  result.validations == 1 ? "recipe" : "recipes", grouped(searched.selection_samples), result.reports,
                                  grouped(searched.report_samples), searched.seconds));
    if (const PredictionQuality quality = prediction_of(result); quality.points > 0)
        text += style.dim(fmt::format("\n  predictions were off by {:.0f} % of the time and a factor of {:.2f} of the error (medians){}", 100 * quality.ms,
                                      quality.error, quality.is_rough() ? ": take them as rough" : ""));
    return text + "\n\n" + cli::text_of(searched.findings, style);
}

SearchRequest request_of(Context& context, Options& options) {
    SearchRequest request;
    if (options.recipe.method.empty() && options.recipe.recipe.empty()) options.recipe.method = row(Method::int8_static).id;
    request.recipe = options.recipe.read();
    request.model = options.model;
    request.data = options.data;
    request.out = options.out;
    request.gate.max_drop_points = options.max_drop;
    request.gate.min_agreement = options.min_agreement;
    request.gate.min_sqnr_db = options.min_sqnr;
    request.gate.min_speedup = options.min_speedup;
    for (const std::string& limit : options.gates) add_limit(request.gate, limit);
    check_limits(request.gate);
    if (!request.gate.limits.empty())
        throw Error(ErrorKind::usage, fmt::format("a search takes no limit on {}, which stands only against FP32's", request.gate.limits.begin()->first), {},
                    "Give --min-speedup, --min-agreement, --min-sqnr, or a limit on a metric, its drop or its rise.");
    if (options.min_agreement.value_or(0) > 100) throw Error(ErrorKind::usage, "--min-agreement is a percentage", {}, "Give a number from 0 to 100.");
    request.budget_minutes = options.budget;
    request.seed = options.seed.value_or(request.seed);
    request.target.threads = static_cast<int>(options.threads.value_or(1));
    request.seconds = options.seconds.value_or(request.seconds);
    if (request.seconds > 86400) throw Error(ErrorKind::usage, "--seconds is more than a day", {}, "Give a number up to 86400.");
    request.sizes = options.sizes.read();
    request.worker = context.program_for_risks();
    request.measurer = "/proc/self/exe";
    return request;
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("MODEL", options->model, "ONNX file; it is never changed");
    set.text("--data", options->data, "SPEC", "Samples: folder of images, .npz, .npy, folder of test_data_set_*, or .dataset.json", true);
    set.text("-o,--out", options->out, "DIR", "Folder for the recipes of the front, the chosen model, and what is known so far", true);
    set.number("--max-drop", options->max_drop, "POINTS", "Limit: top-1 may fall by this many points at most", true);
    set.number("--min-agreement", options->min_agreement, "P", "Limit: at least this percent of samples must get FP32's answer", true);
    set.number("--min-sqnr", options->min_sqnr, "DB", "Limit: the SQNR of each output must be at least this many dB", true);
    set.list("--gate", options->gates, "LIMIT", "Limit on any metric of the task, itself or against FP32: 'map50 drop<=1', 'wer rise<=0.5', 'si_sdr>=12'");
    set.number("--min-speedup", options->min_speedup, "X", "Limit: p50 must be this many times FP32's or better (default: not shown to be slower)", false);
    set.number("--budget", options->budget, "MINUTES", "Time for all of it: the best so far is judged before it ends (default: no bound)", false);
    set.count("--seed", options->seed, "N", "What else is random (default 7); it also says which samples choose", {0, 1'000'000'000});
    options->recipe.declare(set);
    options->recipe.declare_calibration(set);
    options->sizes.declare(set);
    set.number("--seconds", options->seconds, "S", "Time for the latency of each model in each measurement (default 1)", false);
    set.threads(options->threads, "Threads of the runtime inside an operator (default 1)");
    options->provider.declare(set);
    return [options](Context& context) {
        SearchRequest request = request_of(context, *options);
        const RuntimePtr runtime = context.runtime();
        request.target = options->provider.read(runtime, request.target);
        const SearchedFile searched = search_file(runtime, request, context.job());
        context.result(document(to_json(searched)), [&](const Style& style) { return text_of(searched, options->out, style); });
        return exit_code_of(searched.result.end);
    };
}

}  // namespace

const Command kSearch = {
    "search",
    "Find the fastest recipe within limits, node by node",
    "Calibrates once, times the model and the one with all nodes quantized, measures what each region of nodes adds to the error, and makes "
    "the front of all choices: for each error the least time, conversions included. Then it writes and measures recipes of the front, "
    "led by the limits, and judges the fastest that holds them on samples that chose nothing. Rules of --set and --recipe stand: what they "
    "name is not searched. Started again with the same words, it goes on where it was stopped.\n\n"
    "Exit code: 0 when a recipe was found, 1 when none holds the limits (the nearest is named), 2 when time or samples do not decide.",
    "vernier-cli search model.onnx --data model.dataset.json --max-drop 0.5 -o found\n"
    "vernier-cli search model.onnx --data samples.npz --min-sqnr 25 --min-speedup 1.5 --budget 10 -o found\n"
    "vernier-cli search detector.onnx --data coco/instances.json --gate 'map50 drop<=1' -o found\n"
    "vernier-cli search model.onnx --data images --min-agreement 99 --set 'block:head=fp32' -o found",
    declare,
    InWorker::yes,
    std::chrono::milliseconds(80)};  // all that was measured is kept

}  // namespace vernier::cli
