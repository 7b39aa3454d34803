// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <string>

#include "app/cli/commands/table.h"
#include "app/cli/comparison_text.h"
#include "app/cli/context.h"
#include "app/cli/gate_options.h"
#include "app/cli/options.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "core/report/metric_table.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string evidence;
    GateOptions gate;
};

int judge(Context& context, const Options& options) {
    ComparedFiles compared = read_evidence(options.evidence);
    const Gate given = options.gate.read(!command_metrics(compared.comparison.baseline.measurement).empty());
    // Not kept as it was written: what the file says of its limits is made again from its figures.
    judge_again(compared, given.any() ? given : compared.comparison.gate);
    context.result(to_json(compared, has_samples(compared.comparison)), [&](const Style& style) { return text_of(compared, style); });
    return exit_code_of(worst_outcome(compared.comparison));
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("EVIDENCE", options->evidence, "What compare --json, or --report with a name that ends with .json, wrote");
    options->gate.declare(set);
    return [options](Context& context) { return judge(context, *options); };
}

}  // namespace

const Command kJudge = {"judge", "Judge a comparison again by other limits, without measuring",
                        "Takes the figures of a comparison from its file, and says and ends with what compare would have with these limits; without any, with "
                        "those that the file holds. Neither models nor data nor ONNX Runtime are needed. A file that was changed after it was written is "
                        "refused.\n\n"
                        "Exit code: 1 when a candidate fails a limit, else 2 when one is inconclusive, else 0. Without a limit nothing is judged.",
                        "vernier-cli judge evidence.json --max-drop 0.5 --min-speedup 1.5\n"
                        "vernier-cli judge evidence.json --gate 'p99<=20' --gate 'macro_f1 drop<=0.5' --json",
                        declare};

}  // namespace vernier::cli
