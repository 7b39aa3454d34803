// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/measure_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/evidence/metrics/measured.h"
#include "core/flow/chance.h"
#include "core/flow/latency_findings.h"
#include "core/flow/measure_targeted.h"
#include "core/flow/output_findings.h"
#include "core/flow/provider_findings.h"
#include "core/measure/cast.h"
#include "core/model/precision.h"

namespace vernier {
namespace {

void warn_of_load(const std::vector<Measurement>& measurements, std::vector<Finding>& findings) {
    if (measurements.empty()) return;
    const Host& host = measurements.front().host;
    if (host.cores > 0 && host.load > 1.25 * host.cores)
        findings.push_back({Severity::warning,
                            "busy-machine",
                            kNone,
                            {},
                            {},
                            fmt::format("Other work was running while this was measured (load {:.1f} on {} processors).", host.load, host.cores),
                            "Times are less certain; measure again when the machine is quiet."});
}

void say_what_is_missing(const DatasetPtr& data, std::vector<Finding>& findings) {
    if (data == nullptr)
        findings.push_back({Severity::warning,
                            "no-data",
                            kNone,
                            {},
                            {},
                            "Without samples neither accuracy nor agreement is known; latency was measured on zeros.",
                            "Give --data."});
    else if (data->target() == TargetForm::none)
        findings.push_back({Severity::info,
                            "no-labels",
                            kNone,
                            {},
                            {},
                            "The samples have no labels, so there is no accuracy; outputs are "
                            "compared with those of the baseline.",
                            "--min-sqnr DB limits the error of outputs; where they hold class scores, --min-agreement P limits the answers that change."});
}

/// What was taken as the task, where nobody named it and it is not the usual one.
void say_task(const Measurement& first, const Dataset& data, std::vector<Finding>& findings) {
    if (!first.task_proposed || first.task == Task::classification) return;
    const bool targets = data.target() != TargetForm::none && data.target() != TargetForm::label;
    if (first.task != Task::none)
        findings.push_back({.code = "task-assumed",
                            .tensor = first.scores_output,
                            .text = fmt::format("Output {} is judged as {}: {}.", first.scores_output, name(first.task), answer_of(first.task)),
                            .remedy = "Name another with --task, or \"task\" in the .dataset.json."});
    else if (targets)
        findings.push_back({.severity = Severity::warning,
                            .code = "task-unknown",
                            .text = "The samples have targets, but no output fits them, so answers are only compared with those of the baseline.",
                            .remedy = data.target() == TargetForm::text && data.task().alphabet.empty()
                                          ? "Texts need \"alphabet\" in the .dataset.json, or an alphabet.txt beside the pictures: what each class stands for."
                                          : "Name the task with --task: " + task_names() + "."});
}

std::string inputs_text(const Model& model) {
    std::string text;
    for (const ValueId id : model.inputs()) text += (text.empty() ? "" : ", ") + model.value(id).name + " " + model.value(id).type.text();
    return text.empty() ? "none" : text;
}

const Value* input_named(const Model& model, const std::string& name) {
    for (const ValueId id : model.inputs())
        if (model.value(id).name == name) return &model.value(id);
    return nullptr;
}

/// True when both take the same tensors, by name; an axis that one of them leaves open may have any size and name.
bool same_inputs(const Model& a, const Model& b) {
    const auto same_dim = [](const Dim& one, const Dim& two) { return one.value == two.value || one.value < 0 || two.value < 0; };
    const auto same_value = [&](ValueId one) {
        const ValueType& left = a.value(one).type;
        const Value* other = input_named(b, a.value(one).name);
        if (other == nullptr || !can_cast(left.element, other->type.element)) return false;
        const ValueType& right = other->type;
        return !left.has_shape || !right.has_shape || std::equal(left.dims.begin(), left.dims.end(), right.dims.begin(), right.dims.end(), same_dim);
    };
    return a.inputs().size() == b.inputs().size() && std::all_of(a.inputs().begin(), a.inputs().end(), same_value);
}

/// Samples are made for the inputs of the first model and given to the others by name.
void check_input_names(const Model& first, const Model& other) {
    for (const ValueId id : other.inputs())
        if (input_named(first, other.value(id).name) == nullptr)
            throw Error(
                ErrorKind::bad_data, fmt::format("takes an input that {} does not have, whose inputs are: {}", first.path().string(), inputs_text(first)),
                {.file = other.path().string(), .tensor = other.value(id).name}, "Inputs are matched by name: rename it, or measure the file on its own.");
}

/// One dataset feeds all models, and a comparison is one of equal work.
void warn_of_inputs(const Model& first, const Model& other, std::vector<Finding>& findings) {
    if (!same_inputs(first, other)) {
        findings.push_back({.severity = Severity::warning,
                            .code = "inputs-differ",
                            .text = fmt::format("takes {}, but the first model takes {}.", inputs_text(other), inputs_text(first)),
                            .remedy = "Times of models that do different work say little about each other.",
                            .file = other.path().string()});
        return;
    }
    for (const ValueId id : other.inputs()) {
        const Value& own = other.value(id);
        const Value* before = input_named(first, own.name);
        if (before != nullptr && before->type.element != own.type.element)
            findings.push_back({.code = "inputs-cast",
                                .tensor = own.name,
                                .text = fmt::format("takes {} as {}: the samples are cast to it.", own.name, own.type.text()),
                                .file = other.path().string()});
    }
}

void warn_of_threads(int threads, std::vector<Finding>& findings) {
    const int cores = this_host().cores;
    if (cores > 0 && threads > cores)
        findings.push_back({Severity::warning,
                            "many-threads",
                            kNone,
                            {},
                            {},
                            fmt::format("{} threads share {} {}, so they wait for each other.", threads, cores, cores == 1 ? "processor" : "processors"),
                            "Measure with at most as many threads as there are processors."});
}

/// A file as it was opened, before it is measured.
struct Looked {
    std::string hash;
    std::optional<Origin> origin;
    std::string precision;
};

/// What is measured, and what was said of it so far.
struct Files {
    std::vector<Looked> looked;
    DatasetPtr data;
    std::vector<Finding> findings;
};

/// The file may have been replaced between the look at its inputs and the measurement.
Trial trial_of(Measurement measurement, const Looked& looked) {
    if (measurement.sha256 != looked.hash)
        throw Error(ErrorKind::bad_model, "the file changed while it was measured", {.file = measurement.model.string()}, "Measure it again.");
    Trial trial{.origin = looked.origin, .measurement = std::move(measurement)};
    trial.precision = looked.precision;
    return trial;
}

/// What can be known before anything is measured: how the files were made, and their dataset.
/// report: an output that must be none of the files; empty when there is none.
Files open_all(const std::vector<TargetedModel>& models, const std::filesystem::path& path, const SizeChoices& sizes, const Job& job,
               const std::filesystem::path& report = {}) {
    if (models.empty()) throw Error(ErrorKind::usage, "no model given");
    Files result;
    DatasetPtr& data = result.data;
    ModelPtr first;
    for (const TargetedModel& each : models) {
        const ModelPtr model = open_for_work(nullptr, each.file, job, sizes);
        if (!report.empty()) check_output(report, model->files());
        result.looked.push_back({model->sha256(), read_origin(model->proto()), std::string(id(main_precision(*model)))});
        if (first == nullptr) first = model;
        if (std::optional<Finding> equal = names_finding(*model)) {
            equal->file = each.file.string();
            result.findings.push_back(std::move(*equal));
        }
        warn_of_inputs(*first, *model, result.findings);
        if (data == nullptr)
            data = open_data(path, *model);
        else
            check_input_names(*first, *model);
    }
    if (data != nullptr) {
        if (!report.empty()) check_output(report, data->files());
        result.findings.insert(result.findings.begin(), data->findings().begin(), data->findings().end());
    }
    say_what_is_missing(data, result.findings);
    if (data == nullptr)
        for (const Finding& finding : size_findings(first->sizes())) result.findings.push_back(finding);
    return result;
}

MeasuredFiles measure_all(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const Files& files, const MeasureOptions& options,
                          const Job& job) {
    MeasuredFiles result{{}, files.findings};
    const DatasetPtr& data = files.data;
    std::vector<Measurement> measured = measure_targeted_with_metrics(runtime, models, data, options, job);
    const bool classes = measured.front().task == Task::classification || measured.front().task_proposed;
    judge_outputs(measured, data != nullptr && data->has_labels() && data->target() == TargetForm::label && classes, result.findings);
    if (data != nullptr) say_task(measured.front(), *data, result.findings);
    if (auto chance = chance_finding(measured.front())) result.findings.push_back(std::move(*chance));
    if (data != nullptr && options.samples > data->size(Split::validation))
        result.findings.push_back(
            {Severity::info,
             "few-samples",
             kNone,
             {},
             {},
             fmt::format("{} samples were asked for, and the dataset has {}.", grouped(options.samples), grouped(data->size(Split::validation))),
             {}});
    for (const Measurement& each : measured)
        for (Finding& finding : provider_findings(each.run, each.profile, each.model.string())) result.findings.push_back(std::move(finding));
    for (Finding& finding : latency_findings(measured)) result.findings.push_back(std::move(finding));
    warn_of_threads(models.front().run.threads, result.findings);
    warn_of_load(measured, result.findings);
    for (std::size_t i = 0; i < measured.size(); ++i) result.trials.push_back(trial_of(std::move(measured[i]), files.looked[i]));
    for (const Finding& finding : result.findings) job.report(finding);
    return result;
}

std::vector<TargetedModel> on(const Target& run, const std::vector<std::filesystem::path>& files) {
    std::vector<TargetedModel> models;
    for (const std::filesystem::path& file : files) models.push_back({file, run});
    return models;
}

}  // namespace

MeasuredFiles measure_files(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const std::filesystem::path& data,
                            const MeasureOptions& options, const Job& job) {
    return measure_targeted_files(runtime, on(options.run, models), data, options, job);
}

MeasuredFiles measure_targeted_files(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const std::filesystem::path& data,
                                     const MeasureOptions& options, const Job& job) {
    MeasuredFiles measured = measure_all(runtime, models, open_all(models, data, options.sizes, job), options, job);
    for (Trial& trial : measured.trials) fill_classes(trial, trial);
    return measured;
}

Finding no_gate() {
    return {Severity::info,
            "no-gate",
            kNone,
            {},
            {},
            "No limit is set, so nothing was judged.",
            "Set --max-drop POINTS, --min-agreement P, --min-sqnr DB or --min-speedup X to get a verdict and an exit code."};
}

ComparedFiles compare_files(const RuntimePtr& runtime, const CompareRequest& request, const Job& job) {
    return compare_targeted_files(runtime, on(request.options.run, request.models), request, job);
}

ComparedFiles compare_targeted_files(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const CompareRequest& request, const Job& job) {
    if (!request.report.empty()) check_output(request.report, {});
    Files files = open_all(models, request.data, request.options.sizes, job, request.report);
    if (!request.gate.any()) files.findings.insert(files.findings.begin(), no_gate());
    MeasuredFiles measured = measure_all(runtime, models, files, request.options, job);
    for (std::size_t i = measured.trials.size(); i > 0; --i) fill_classes(measured.trials[i - 1], measured.trials.front());
    return {compare(std::move(measured.trials), request.gate), std::move(measured.findings)};
}

void judge_again(ComparedFiles& compared, const Gate& gate) {
    judge_again(compared.comparison, gate);
    const std::string none = no_gate().code;
    std::erase_if(compared.findings, [&](const Finding& finding) { return finding.code == none; });
    if (!gate.any()) compared.findings.insert(compared.findings.begin(), no_gate());
}

Outcome worst_outcome(const Comparison& comparison) {
    Outcome worst = Outcome::not_judged;
    for (const CandidateComparison& candidate : comparison.candidates) {
        if (candidate.gate == Outcome::failed) return Outcome::failed;
        if (candidate.gate == Outcome::inconclusive) worst = Outcome::inconclusive;
        if (candidate.gate == Outcome::passed && worst == Outcome::not_judged) worst = Outcome::passed;
    }
    return worst;
}

}  // namespace vernier
