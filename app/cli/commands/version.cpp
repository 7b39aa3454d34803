// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands/table.h"
#include "app/cli/context.h"

namespace vernier::cli {
namespace {

int show(Context& context) {
    std::vector<Finding> findings;
    const RuntimePtr runtime = context.runtime_if_any(findings);
    Json document = {{"vernier_report", 1}, {"version", VERNIER_VERSION}, {"runtime", nullptr}, {"findings", to_json(findings)}};
    if (runtime != nullptr) document["runtime"] = {{"version", runtime->version()}, {"path", runtime->path().string()}, {"providers", runtime->providers()}};
    context.result(document, [&](const Style& style) {
        std::string text = "vernier-cli " VERNIER_VERSION "\n";
        if (runtime != nullptr) text += "ONNX Runtime " + runtime->version() + "  " + style.dim(runtime->path().string()) + "\n";
        return text + text_of(findings, style);
    });
    return 0;
}

Run declare(OptionSet&) { return show; }

}  // namespace

const Command kVersion = {"version", "Show the version of Vernier and of the ONNX Runtime that it uses",
                          "The runtime is looked for in this order: --ort, the environment's VERNIER_ORT, beside the program, the system.",
                          "vernier-cli version\nvernier-cli version --ort /opt/ort/libonnxruntime.so --json", declare};

}  // namespace vernier::cli
