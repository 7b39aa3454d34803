// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <memory>
#include <string>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/options.h"
#include "core/base/file.h"
#include "core/flow/open.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "core/report/report_file.h"

namespace vernier::cli {
namespace {

struct Options {
    std::string evidence, out;
};

int report(Context& context, const Options& options) {
    const ReportForm form = report_form(options.out);
    check_output(options.out, {options.evidence});
    const std::string text = report_text(read_evidence(options.evidence), form);
    write_file(options.out, text);
    context.result(document({{"report", options.out}, {"size_bytes", text.size()}}), [&](const Style&) { return "wrote " + printable(options.out) + "\n"; });
    return 0;
}

Run declare(OptionSet& set) {
    auto options = std::make_shared<Options>();
    set.argument("EVIDENCE", options->evidence, "What compare --json, or --report with a name that ends with .json, wrote");
    set.text("-o,--out", options->out, "FILE", "File to write: .html, .csv (one row a model) or .json", true);
    return [options](Context& context) { return report(context, *options); };
}

}  // namespace

const Command kReport = {"report", "Write the report of a comparison from its file, without measuring",
                         "Writes what compare --report writes, from the file of a comparison. Neither models nor data nor ONNX Runtime are needed. A file that "
                         "was changed after it was written is refused.",
                         "vernier-cli report evidence.json -o comparison.html\nvernier-cli report evidence.json -o comparison.csv", declare};

}  // namespace vernier::cli
