// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/not_judged.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace vernier {

Finding unsteady_finding(const OutputCheck& output, const OutputCheck& noise) {
    const auto kept = [](const OutputCheck& check) {
        if (const auto sqnr = check.sqnr_db()) return fmt::format("an SQNR of {:.1f} dB", *sqnr);
        return fmt::format("{:.0f} % of the values", 100 * check.equal().value_or(0));
    };
    return {Severity::warning,
            "fp32-unsteady",
            kNone,
            {},
            output.name(),
            fmt::format("The output \"{}\" was not judged: FP32 itself gives other values with and without graph optimizations, or on each run ({}). The "
                        "written file keeps {}.",
                        output.name(), kept(noise), kept(output)),
            "Give samples on which the model finds something: values near zero are rounding, and random operators differ on each run."};
}

std::vector<Finding> uncompared_findings(const Model& model, const Verification& seen) {
    std::vector<Finding> findings;
    for (const ValueId id : model.outputs()) {
        const std::string& name = model.value(id).name;
        if (std::any_of(seen.outputs.begin(), seen.outputs.end(), [&](const OutputCheck& output) { return output.name() == name; })) continue;
        findings.push_back({Severity::info,
                            "output-not-compared",
                            kNone,
                            {},
                            name,
                            fmt::format("The output \"{}\" was not held against FP32: it holds text or a sequence.", name),
                            {}});
    }
    return findings;
}

std::vector<Finding> shape_findings(const Verification& seen) {
    std::vector<Finding> findings;
    for (const OutputCheck& output : seen.outputs) {
        if (output.other_shapes() == 0) continue;
        const bool often = 2 * output.other_shapes() > output.samples();
        findings.push_back({often ? Severity::warning : Severity::info,
                            "output-shape",
                            kNone,
                            {},
                            output.name(),
                            fmt::format("The output \"{}\" has another shape than FP32's on {} of {} samples: values decide how much there is of it, and some "
                                        "of them fell on the other side. These samples are left out of its SQNR.",
                                        output.name(), output.other_shapes(), output.samples()),
                            often ? "Leave the nodes that decide in FP32, or hold what the model finds against its targets." : ""});
    }
    return findings;
}

}  // namespace vernier
