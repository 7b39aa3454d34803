// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/output_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/number_text.h"

namespace vernier {
namespace {

std::string of_samples(std::uint64_t count, std::uint64_t all) { return fmt::format("{} of {} samples", grouped(count), grouped(all)); }

void judge_first(const Measurement& first, const OutputFigures& output, std::vector<Finding>& findings) {
    const auto say = [&](Severity severity, const char* code, std::string text, std::string remedy) {
        findings.push_back({severity, code, kNone, {}, output.name, std::move(text), std::move(remedy), first.model.string()});
    };
    if (output.nan > 0)
        say(output.name == first.scores_output ? Severity::serious : Severity::warning, "nan-answers",
            fmt::format("output {} holds NaN on {}; only its finite values are compared.", output.name, of_samples(output.nan, output.samples)),
            "Check the samples, or what the nodes compute.");
    else if (output.infinite > 0)
        say(Severity::info, "infinite-answers",
            fmt::format("output {} holds infinity on {}; only its finite values are compared.", output.name, of_samples(output.infinite, output.samples)), {});
    if (!output.problem.empty()) say(Severity::info, "output-not-compared", fmt::format("output {} is {}.", output.name, output.problem), {});
}

void judge_other(const Measurement& other, const OutputFigures& output, std::vector<Finding>& findings) {
    const auto say = [&](Severity severity, const char* code, std::string_view text, std::string remedy) {
        findings.push_back({severity, code, kNone, {}, output.name, fmt::format("output {} {}.", output.name, text), std::move(remedy), other.model.string()});
    };
    if (output.problem == "missing")
        say(Severity::serious, "output-missing", "is missing", "Outputs are matched by name with those of the first model.");
    else if (output.problem == "not in the baseline")
        say(Severity::info, "output-added", "is not in the baseline", {});
    else if (output.problem.starts_with("rank"))
        say(Severity::serious, "output-shape", fmt::format("has {}", output.problem), "Its values cannot be compared.");
    else if (output.lost > 0)
        say(Severity::serious, "nan-answers",
            fmt::format("holds {} on {} where the baseline is finite", output.nan > 0 ? "NaN" : "infinity", of_samples(output.lost, output.samples)),
            "Check what the nodes compute; leave those in FP32 that overflow.");
    else if (output.other_shape > 0)
        say(Severity::warning, "output-shape", fmt::format("has another shape than that of the baseline on {}", of_samples(output.other_shape, output.samples)),
            "Its values are compared only where the shapes are equal.");
}

void judge_labels(const Measurement& first, bool labelled, std::vector<Finding>& findings) {
    const Answers& answers = first.answers;
    if (!labelled || first.metrics.contains("decision_accuracy")) return;  // of yes and no by a single score
    if (first.classes < 2) {
        findings.push_back(
            {Severity::warning,
             "no-classifier",
             kNone,
             {},
             first.scores_output,
             fmt::format("There are labels, but output {} does not hold class scores (float, [N, classes]), so there is no accuracy.", first.scores_output),
             "Name the output that does (output in the .dataset.json)."});
        return;
    }
    const auto outside =
        std::count_if(answers.label.begin(), answers.label.end(), [&](std::int32_t label) { return label >= static_cast<std::int64_t>(first.classes); });
    if (outside > 0)
        findings.push_back({Severity::serious,
                            "labels-outside",
                            kNone,
                            {},
                            {},
                            fmt::format("{} of {} labels exceed the number of classes, which is {}.", grouped(static_cast<std::uint64_t>(outside)),
                                        grouped(answers.label.size()), grouped(first.classes)),
                            "Such a sample can never count as right. Labels count from 0; check them, and which output holds the scores."});
}

}  // namespace

void judge_outputs(const std::vector<Measurement>& measurements, bool labelled, std::vector<Finding>& findings) {
    if (measurements.empty() || measurements.front().samples == 0) return;
    const Measurement& first = measurements.front();
    for (const OutputFigures& output : first.outputs) judge_first(first, output, findings);
    for (std::size_t i = 1; i < measurements.size(); ++i)
        for (const OutputFigures& output : measurements[i].outputs) judge_other(measurements[i], output, findings);
    judge_labels(first, labelled, findings);
}

}  // namespace vernier
