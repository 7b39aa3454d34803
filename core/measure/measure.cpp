// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/data/carried.h"
#include "core/measure/answers.h"
#include "core/measure/latency.h"
#include "core/measure/launch_plan.h"
#include "core/measure/launches.h"
#include "core/measure/processors.h"
#include "core/measure/statistics.h"
#include "core/measure/subject.h"
#include "core/measure/targeted_model.h"

namespace vernier {
namespace {

/// A model under measurement: its result so far and what answers for it.
struct Entry {
    Measurement result;
    Target run;
    std::unique_ptr<Subject> subject;
};

/// What all models are opened with; the file is filled in for each. The sample that is timed is decoded once.
SubjectRequest common_request(const DatasetPtr& dataset, const std::vector<std::uint64_t>& samples, const MeasureOptions& options) {
    SubjectRequest request{{}, options.run};
    request.sizes = options.sizes;
    if (dataset == nullptr) return request;
    const std::size_t first = std::min<std::size_t>(dataset->batch(), samples.size());
    request.carry = carry_of(*dataset);
    if (first > 0) request.inputs = part_of_inputs(load_run(*dataset, Split::validation, std::span(samples).first(first)), request.carry, 0);
    return request;
}

std::unique_ptr<Subject> open_subject(const RuntimePtr& runtime, const SubjectRequest& request, const MeasureOptions& options, const Job& job) {
    return naming_file(request.model,
                       [&] { return options.worker.empty() ? open_here(runtime, request, job) : open_in_child(options.worker, runtime, request, job); });
}

Entry open_entry(const RuntimePtr& runtime, const SubjectRequest& request, const MeasureOptions& options, const Job& job) {
    Entry entry;
    entry.subject = open_subject(runtime, request, options, job);
    const Opened& opened = entry.subject->opened();
    Measurement& result = entry.result;
    result.model = request.model;
    result.run = entry.run = request.run;
    result.size_bytes = opened.size_bytes;
    result.sha256 = opened.sha256;
    return entry;
}

void fill_context(Measurement& result, const RuntimePtr& runtime, const DatasetPtr& dataset, const Host& host) {
    result.run.library = {runtime->version(), runtime->path().string()};
    if (dataset != nullptr) {
        result.data_name = dataset->name();
        result.data_fingerprint = dataset->fingerprint();
    }
    result.host = host;
    result.date = now_iso8601();
    result.vernier_version = VERNIER_VERSION;
}

/// What a launch of this model costs, seen on the session that is open: the start of a process (program and runtime), the
/// session, and the runs until it is warm.
LaunchCost cost_of(const Entry& entry, const WarmRun& warm) {
    constexpr double kProcessMs = 60;
    const Opened& opened = entry.subject->opened();
    return {warm, kProcessMs + opened.session_start_ms + opened.first_run_ms + std::clamp(20 * warm.mean, 0.0, 100.0)};
}

/// What a run of each model costs. They take turns, there and back: a machine that runs at two speeds for a while must not make two of
/// one file. Twice in any case, and more often in a twentieth of the time.
std::vector<LaunchCost> costs_of(std::vector<Entry>& entries, double seconds) {
    constexpr int kMostTurns = 10;
    const Clock now = steady_clock_ms();
    const double begin = now();
    std::vector<double> sums(entries.size());
    std::vector<WarmRun> runs(entries.size());
    int turn = 0;
    for (; turn < 2 || (turn < kMostTurns && now() - begin < 50 * seconds * static_cast<double>(entries.size())); ++turn) {
        for (std::size_t k = 0; k < entries.size(); ++k) {
            const std::size_t i = turn % 2 == 0 ? k : entries.size() - 1 - k;
            const WarmRun run = naming_file(entries[i].result.model, [&] { return entries[i].subject->warm_up(); });
            sums[i] += run.mean;
            runs[i].least = turn == 0 ? run.least : std::min(runs[i].least, run.least);
        }
    }
    std::vector<LaunchCost> costs;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        runs[i].mean = sums[i] / turn;
        costs.push_back(cost_of(entries[i], runs[i]));
    }
    return costs;
}

/// The figures of opening a session are those of the launches, whose processes did nothing before.
void take_launches(Measurement& result, std::vector<Launch> launches) {
    std::vector<double> starts, runs, peaks;
    for (const Launch& launch : launches) {
        starts.push_back(launch.session_start_ms);
        runs.push_back(launch.first_run_ms);
        peaks.push_back(static_cast<double>(launch.peak_rss_bytes));
    }
    result.session_start_ms = median(starts);
    result.first_run_ms = median(runs);
    result.peak_rss_bytes = static_cast<std::uint64_t>(median(peaks));
    result.latency = summarise(std::move(launches));
}

void time_entries(std::vector<Entry>& entries, const LaunchPlan& plan, const std::function<Start(const Entry&)>& start_of, const MeasureOptions& options,
                  const Job& job) {
    std::vector<Start> starts;
    for (Entry& entry : entries) {
        starts.push_back(start_of(entry));
        entry.subject.reset();
    }
    auto launches = run_launches(starts, plan, options.seed, job);
    for (std::size_t i = 0; i < entries.size(); ++i) take_launches(entries[i].result, std::move(launches[i]));
}

}  // namespace

std::vector<Measurement> measure(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const DatasetPtr& dataset,
                                 const MeasureOptions& options, const Job& job) {
    std::vector<TargetedModel> targeted;
    for (const std::filesystem::path& file : models) targeted.push_back({file, options.run});
    return measure_targeted(runtime, targeted, dataset, options, job);
}

std::vector<Measurement> measure_targeted(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const DatasetPtr& dataset,
                                          const MeasureOptions& options, const Job& job) {
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
    for (const TargetedModel& model : models) {
        job.step("open", entries.size(), models.size());
        request.model = model.file;
        request.run = model.run;
        entries.push_back(open_entry(runtime, request, options, job));
        fill_context(entries.back().result, runtime, dataset, host);
        entries.back().result.seed = options.seed;
    }
    if (dataset != nullptr) {
        std::vector<Answering> answering;
        for (Entry& entry : entries) answering.push_back({entry.subject.get(), &entry.result});
        collect_answers(answering, *dataset, samples, options, job);
    }
    const std::vector<LaunchCost> costs = costs_of(entries, options.seconds);
    for (Entry& entry : entries) {
        job.check();
        entry.result.profile = naming_file(entry.result.model, [&] { return entry.subject->profile(); });
    }
    const auto start_of = [&](const Entry& entry) -> Start {
        SubjectRequest launched = request;
        launched.model = entry.result.model;
        launched.run = entry.run;
        launched.only_time = true;
        launched.sizes.shapes = entry.subject->opened().made;
        return [&, launched](const std::vector<int>& cpus) mutable {
            launched.cpus = cpus;
            return open_subject(runtime, launched, options, job);
        };
    };
    time_entries(entries, plan_launches(costs, options, processor_sets(usable_processors(), request.run.threads)), start_of, options, job);
    std::vector<Measurement> out;
    for (Entry& entry : entries) out.push_back(std::move(entry.result));
    return out;
}

}  // namespace vernier
