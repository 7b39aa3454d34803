// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/measure_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"

namespace vernier {
namespace {

void warn_of_load(const std::vector<Measurement>& measurements, std::vector<Finding>& findings) {
    if (measurements.empty()) return;
    const Host& host = measurements.front().host;
    if (host.cores > 0 && host.load > 1.25 * host.cores)
        findings.push_back({Severity::warning, "busy-machine", kNone, {}, {},
                            fmt::format("Other work was running while this was measured (load {:.1f} on {} processors).", host.load, host.cores),
                            "Times are less certain; measure again when the machine is quiet."});
}

void say_what_is_missing(const DatasetPtr& data, std::vector<Finding>& findings) {
    if (data == nullptr)
        findings.push_back({Severity::warning, "no-data", kNone, {}, {},
                            "Without samples neither accuracy nor agreement is known; latency was measured on zeros.", "Give --data."});
    else if (!data->has_labels())
        findings.push_back({Severity::info, "no-labels", kNone, {}, {}, "The samples have no labels, so there is no accuracy; agreement with "
                            "the baseline is judged instead.", {}});
}

/// What can be known before anything is measured: how the files were made, and their dataset.
DatasetPtr open_all(const std::vector<std::filesystem::path>& models, const std::filesystem::path& path, const Job& job, MeasuredFiles& result) {
    if (models.empty()) throw Error(ErrorKind::usage, "no model given");
    DatasetPtr data;
    for (const std::filesystem::path& each : models) {
        const ModelPtr model = open_for_work(nullptr, each, job);
        result.origins.push_back(read_origin(model->proto()));
        if (data == nullptr) data = open_data(path, *model);
    }
    if (data != nullptr) result.findings = data->findings();
    say_what_is_missing(data, result.findings);
    return data;
}

void measure_all(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const DatasetPtr& data,
                 const MeasureOptions& options, const Job& job, MeasuredFiles& result) {
    result.measurements = measure(runtime, models, data, options, job);
    warn_of_load(result.measurements, result.findings);
    for (const Finding& finding : result.findings) job.report(finding);
}

}  // namespace

MeasuredFiles measure_files(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const std::filesystem::path& data,
                            const MeasureOptions& options, const Job& job) {
    MeasuredFiles result;
    const DatasetPtr dataset = open_all(models, data, job, result);
    measure_all(runtime, models, dataset, options, job, result);
    return result;
}

ComparedFiles compare_files(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const std::filesystem::path& data,
                            const MeasureOptions& options, const Gate& gate, const Job& job) {
    MeasuredFiles measured;
    const DatasetPtr dataset = open_all(models, data, job, measured);
    if (gate.max_drop_points && (dataset == nullptr || !dataset->has_labels()))
        throw Error(ErrorKind::usage, "a limit on accuracy needs samples with labels", {data.string()}, "Give --data with labels, or leave out --max-drop.");
    if (!gate.max_drop_points && !gate.min_speedup)
        measured.findings.push_back({Severity::info, "no-gate", kNone, {}, {}, "No limit is set, so nothing was judged.",
                                     "Set --max-drop POINTS or --min-speedup X to get a verdict and an exit code."});
    measure_all(runtime, models, dataset, options, job, measured);
    return {compare(std::move(measured.measurements), gate), std::move(measured.origins), std::move(measured.findings)};
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
