// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/measure/answers.h"
#include "core/measure/latency.h"
#include "core/measure/subject.h"

namespace vernier {
namespace {

/// A model under measurement: its result so far and what answers for it.
struct Entry {
    Measurement result;
    std::unique_ptr<Subject> subject;
};

/// What all models are opened with; the file is filled in for each. The sample that is timed is decoded once.
SubjectRequest common_request(const DatasetPtr& dataset, const std::vector<std::uint64_t>& samples, const MeasureOptions& options) {
    SubjectRequest request{{}, options.run};
    request.sizes = options.sizes;
    if (dataset == nullptr) return request;
    const std::size_t first = std::min<std::size_t>(dataset->batch(), samples.size());
    if (first > 0) request.inputs = load_run(*dataset, Split::validation, std::span(samples).first(first));
    return request;
}

std::unique_ptr<Subject> open_subject(const RuntimePtr& runtime, const SubjectRequest& request, const MeasureOptions& options, const Job& job) {
    return naming_file(request.model, [&] {
        return options.worker.empty() ? open_here(runtime, request, job) : open_in_child(options.worker, runtime, request, job);
    });
}

Entry open_entry(const RuntimePtr& runtime, const SubjectRequest& request, const MeasureOptions& options, const Job& job) {
    Entry entry;
    entry.subject = open_subject(runtime, request, options, job);
    const Opened& opened = entry.subject->opened();
    Measurement& result = entry.result;
    result.model = request.model;
    result.run = options.run;
    result.size_bytes = opened.size_bytes;
    result.sha256 = opened.sha256;
    result.session_start_ms = opened.session_start_ms;
    result.first_run_ms = opened.first_run_ms;
    result.peak_rss_bytes = opened.peak_rss_bytes;
    return entry;
}

void fill_context(Measurement& result, const RuntimePtr& runtime, const DatasetPtr& dataset, const Host& host) {
    result.runtime_version = runtime->version();
    result.runtime_path = runtime->path().string();
    if (dataset != nullptr) {
        result.data_name = dataset->name();
        result.data_fingerprint = dataset->fingerprint();
    }
    result.host = host;
    result.date = now_iso8601();
    result.vernier_version = VERNIER_VERSION;
}

/// twin: the baseline once more, opened on its own like every other model, so that what differs between two processes with
/// the same file is part of the noise floor. nullptr when there is nothing to compare.
void time_entries(std::vector<Entry>& entries, Subject* twin, const std::vector<double>& once, const MeasureOptions& options, const Job& job) {
    std::vector<Lane> lanes;
    for (Entry& entry : entries) lanes.emplace_back([&entry](int runs) { return entry.subject->block(runs); });
    std::vector<double> costs = once;
    if (twin != nullptr) {
        costs.push_back(once.front());
        lanes.emplace_back([twin](int runs) { return twin->block(runs); });
    }
    auto blocks = time_lanes(lanes, plan_blocks(costs, options), options.seed, job);
    for (std::size_t i = 0; i < entries.size(); ++i) entries[i].result.latency = summarise(std::move(blocks[i]));
    if (twin != nullptr) entries.front().result.latency.twin_blocks = std::move(blocks.back());
}

}  // namespace

std::vector<Measurement> measure(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models,
                                 const DatasetPtr& dataset, const MeasureOptions& options, const Job& job) {
    std::vector<std::uint64_t> samples;
    if (dataset != nullptr) {
        samples = pick_samples(*dataset, Split::validation, options.samples);
        if (samples.empty()) {
            throw Error(ErrorKind::bad_data, "the dataset has no validation samples", {.file = dataset->path().string()});
        }
    }
    const Host host = this_host();
    SubjectRequest request = common_request(dataset, samples, options);
    std::vector<Entry> entries;
    for (const std::filesystem::path& path : models) {
        job.step("open", entries.size(), models.size());
        request.model = path;
        entries.push_back(open_entry(runtime, request, options, job));
        fill_context(entries.back().result, runtime, dataset, host);
    }
    if (dataset != nullptr) {
        std::vector<Answering> answering;
        for (Entry& entry : entries) answering.push_back({entry.subject.get(), &entry.result});
        collect_answers(answering, *dataset, samples, job);
    }
    std::vector<double> once;
    for (const Entry& entry : entries) once.push_back(naming_file(entry.result.model, [&] { return entry.subject->warm_up(); }));
    for (Entry& entry : entries) {
        job.check();
        entry.result.profile = naming_file(entry.result.model, [&] { return entry.subject->profile(); });
    }
    std::unique_ptr<Subject> twin;
    if (entries.size() > 1) {
        request.model = models.front();
        twin = open_subject(runtime, request, options, job);
        (void)twin->warm_up();
    }
    time_entries(entries, twin.get(), once, options, job);
    std::vector<Measurement> out;
    for (Entry& entry : entries) out.push_back(std::move(entry.result));
    return out;
}

}  // namespace vernier
