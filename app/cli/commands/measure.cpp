// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/latency_text.h"
#include "app/cli/measure_options.h"
#include "app/cli/metrics_text.h"
#include "app/cli/options.h"
#include "core/evidence/figures.h"
#include "core/flow/measure_targeted.h"
#include "core/report/documents.h"
#include "core/report/figure_text.h"
#include "core/report/format.h"
#include "core/report/providers.h"

namespace vernier::cli {
namespace {

struct Options {
    std::vector<std::string> models;
    RunChoices run;
};

std::string text_of(const MeasuredFiles& measured, const Style& style) {
    std::vector<std::string> heads = {"<model"};
    for (const Figure* each : figures_in(in_measure)) heads.push_back(">" + head_text(*each));
    heads.push_back(">samples");
    TextTable table(heads);
    const Measurement& first = measured.trials.front().measurement;
    std::string missing, elsewhere;
    TrialViews views;
    for (const Trial& trial : measured.trials) {
        const Measurement& each = trial.measurement;
        std::vector<std::string> cells = {title_of(each)};
        for (const Figure* shown : figures_in(in_measure)) cells.push_back(value_text(*shown, TrialView{each}));
        cells.push_back(each.samples > 0 ? grouped(each.samples) : "-");
        table.row(std::move(cells));
        views.push_back({each});
        if (!is_on_cpu(each.run)) elsewhere += "  " + printable(title_of(each)) + ": ran " + ran_text(each) + "\n";
        if (const std::string words = missing_runs_text(TrialView{each}); !words.empty()) missing += "  " + printable(title_of(each)) + ": " + words + "\n";
    }
    std::string text =
        table.text(style) + metrics_text(views, style) + "\n" + style.dim(elsewhere + missing) +
        style.dim(fmt::format("  {}, {} runs in {} launches of each, interleaved", measured_with(views), first.latency.n, first.latency.launches.size())) +
        "\n\n";
    return text + cli::text_of(measured.findings, style);
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.arguments("MODEL", options->models,
                  "ONNX files; several are measured interleaved, so that they can be compared. FILE@PROVIDER runs one on a provider of its own");
    options->run.declare(set);
    return [options](Context& context) {
        const RuntimePtr runtime = context.runtime();
        const std::vector<TargetedModel> models = options->run.read_models(runtime, options->models);
        const MeasuredFiles measured = measure_targeted_files(runtime, models, options->run.data, options->run.read(), context.job());
        context.result(to_json(measured, options->run.raw), [&](const Style& style) { return text_of(measured, style); });
        return 0;
    };
}

}  // namespace

const Command kMeasure = {"measure", "Measure size, start, latency and accuracy of models",
                          "Latency is that of one sample a run, after warm-up; with several models their runs are interleaved in random order. "
                          "Accuracy is measured on the validation split of --data. Without --data only latency is measured, on zeros.",
                          "vernier-cli measure model.onnx --data model.dataset.json\nvernier-cli measure a.onnx b.onnx --seconds 10 --threads 2 --json\n"
                          "vernier-cli measure a.onnx a.onnx@openvino --ort openvino/libonnxruntime.so",
                          declare};

}  // namespace vernier::cli
