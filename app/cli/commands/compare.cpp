// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/comparison_text.h"
#include "app/cli/context.h"
#include "app/cli/gate_options.h"
#include "app/cli/measure_options.h"
#include "app/cli/options.h"
#include "core/base/file.h"
#include "core/flow/measure_targeted.h"
#include "core/report/documents.h"
#include "core/report/report_file.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string baseline, report;
    std::vector<std::string> candidates;
    RunChoices run;
    GateOptions gate;
};

int compare(Context& context, const Options& options) {
    std::vector<std::string> words = {options.baseline};
    words.insert(words.end(), options.candidates.begin(), options.candidates.end());
    const Gate gate = options.gate.read(!options.run.metric_command.empty());
    const RuntimePtr runtime = context.runtime();
    const std::vector<TargetedModel> models = options.run.read_models(runtime, words);
    const CompareRequest request{{}, options.run.data, options.run.read(), gate, options.report};
    const ComparedFiles compared = compare_targeted_files(runtime, models, request, context.job());
    if (!options.report.empty()) write_file(options.report, report_text(compared, report_form_or_html(options.report)));
    context.result(to_json(compared, options.run.raw), [&](const Style& style) { return text_of(compared, style); });
    return exit_code_of(worst_outcome(compared.comparison));
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("BASELINE", options->baseline, "ONNX file that the others are compared with, as a rule the FP32 model");
    set.arguments("CANDIDATE", options->candidates, "ONNX files to judge. FILE@PROVIDER runs one on a provider of its own");
    options->run.declare(set);
    options->gate.declare(set);
    set.text("--report", options->report, "FILE", "Write the comparison as one file: .html; .csv, one row a model; .json, evidence to judge again");
    return [options](Context& context) { return compare(context, *options); };
}

}  // namespace

const Command kCompare = {"compare", "Measure candidates against a baseline, and judge them by a gate",
                          "All files are measured by one harness, interleaved in random order, and compared in pairs with 95 % intervals. A limit is "
                          "passed when the whole interval is on the right side of it, failed when the whole interval is on the wrong side, else the "
                          "gate is inconclusive.\n\n"
                          "Exit code: 1 when a candidate fails a limit, else 2 when one is inconclusive, else 0. Without a limit nothing is judged.",
                          "vernier-cli compare model.onnx small.onnx --data model.dataset.json --max-drop 0.5 --min-speedup 1.5\n"
                          "vernier-cli compare model.onnx small.onnx --data samples.npz --min-sqnr 20\n"
                          "vernier-cli compare model.onnx small.onnx --data images --gate 'balanced_accuracy drop<=0.5' --gate 'p99<=20'\n"
                          "vernier-cli compare model.onnx a.onnx b.onnx --data images --report comparison.html\n"
                          "vernier-cli compare model.onnx a.onnx model.onnx@openvino a.onnx@openvino --data images --ort openvino/libonnxruntime.so",
                          declare};

}  // namespace vernier::cli
