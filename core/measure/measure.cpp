// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/measure/latency.h"
#include "core/measure/metrics.h"
#include "core/measure/subject.h"

namespace vernier {
namespace {

constexpr std::size_t kKeptScoreBytes = std::size_t{64} << 20;

/// A model under measurement: its result so far and what answers for it.
struct Entry {
    Measurement result;
    std::unique_ptr<Subject> subject;
};

/// Calls, and puts the model's file into an error that comes without one.
template <class Fn> auto naming_file(const std::filesystem::path& model, const Fn& call) {
    try {
        return call();
    } catch (const Error& error) {
        Where where = error.where();
        if (where.file.empty() && error.kind() != ErrorKind::cancelled) where.file = model.string();
        throw Error(error.kind(), error.what(), where, error.remedy());
    }
}

/// What all models are opened with; the file is filled in for each. The sample that is timed is decoded once.
SubjectRequest common_request(const DatasetPtr& dataset, const std::vector<std::uint64_t>& samples, const MeasureOptions& options) {
    SubjectRequest request{{}, options.run};
    if (dataset == nullptr) return request;
    request.output = dataset->output();
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

/// What is known of a sample before its answer.
struct Asked {
    std::uint64_t index;
    std::int64_t label;
};

/// Adds one sample's answer of one model.
void add_answer(Answers& answers, const Asked& asked, std::span<const float> scores, std::span<const float> reference, bool keep) {
    answers.sample.push_back(asked.index);
    answers.predicted.push_back(arg_max(scores));
    answers.label.push_back(static_cast<std::int32_t>(asked.label));
    answers.in_top5.push_back(in_top(scores, asked.label, 5));
    answers.classes = std::max<std::uint64_t>(answers.classes, scores.size());
    answers.not_a_number += std::any_of(scores.begin(), scores.end(), [](float score) { return std::isnan(score); }) ? 1U : 0U;
    add_scores(answers.distance, reference, scores);
    if (keep) answers.scores.emplace_back(scores.begin(), scores.end());
}

/// The scores of the i-th of the samples of a run, which lie one after the other.
std::span<const float> part(const std::vector<float>& scores, std::size_t i, std::uint64_t batch) {
    const std::size_t each = scores.size() / batch;
    return std::span(scores).subspan(i * each, each);
}

/// Lets every model answer one run of samples; returns how many bytes of scores there are now.
std::size_t answer_run(std::vector<Entry>& entries, const std::map<std::string, Tensor>& inputs, const std::vector<Asked>& asked,
                       std::uint64_t batch, std::size_t kept) {
    for (const Entry& entry : entries) naming_file(entry.result.model, [&] { entry.subject->ask(inputs); });
    std::vector<float> reference;
    for (Entry& entry : entries) {
        const std::vector<float> scores = naming_file(entry.result.model, [&] { return entry.subject->answer(); });
        if (scores.size() % batch != 0)
            throw Error(ErrorKind::bad_data,
                        fmt::format("the {} numbers of the output cannot be divided among the {} samples of a run", scores.size(), batch),
                        {.file = entry.result.model.string()}, "Name the output that holds the scores (output in the .dataset.json)");
        kept += scores.size() * sizeof(float);
        if (&entry == &entries.front()) reference = scores;
        for (std::size_t i = 0; i < asked.size(); ++i)
            add_answer(entry.result.answers, asked[i], part(scores, i, batch), part(reference, i, batch), kept <= kKeptScoreBytes);
    }
    return kept;
}

/// Every sample is decoded once and answered by every model, so that all saw the same.
void collect_answers(std::vector<Entry>& entries, const Dataset& dataset, const std::vector<std::uint64_t>& samples, const Job& job) {
    std::size_t kept = 0;
    std::vector<Sample> run;
    std::vector<Asked> asked;
    for_each_sample(dataset, Split::validation, samples, 1, job, [&](std::uint64_t index, Sample& sample) {
        asked.push_back({index, sample.label});
        run.push_back(std::move(sample));
        const std::size_t done = entries.front().result.answers.sample.size();
        if (run.size() < dataset.batch() && done + run.size() < samples.size()) return;
        job.step("answers", done, samples.size());
        kept = answer_run(entries, stack_samples(std::move(run), dataset.batch()), asked, dataset.batch(), kept);
        run.clear();
        asked.clear();
    });
    for (Entry& entry : entries) {
        if (kept > kKeptScoreBytes) entry.result.answers.scores.clear();
        entry.result.samples = entry.result.answers.sample.size();
        entry.result.accuracy = accuracy_of(entry.result.answers);
    }
    job.step("answers", samples.size(), samples.size());
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
    if (dataset != nullptr) collect_answers(entries, *dataset, samples, job);
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
