// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/measure/latency.h"
#include "core/measure/memory.h"
#include "core/measure/metrics.h"
#include "core/measure/statistics.h"

namespace vernier {
namespace {

constexpr std::size_t kKeptScoreBytes = std::size_t{64} << 20;
constexpr int kOpenings = 3;

/// A model under measurement: its result so far and the session that stays open.
struct Subject {
    Measurement result;
    std::unique_ptr<Session> session;
    std::size_t output = 0;   ///< position of the scores among the session's outputs
    double once_ms = 0;       ///< one warm run, roughly
};

double now() {
    static const Clock clock = steady_clock_ms();
    return clock();
}

Tensor zeros(const Port& port) {
    Tensor tensor;
    tensor.type = port.type.element;
    for (const Dim& dim : port.type.dims) tensor.dims.push_back(dim.value < 0 ? 1 : dim.value);
    if (bits(tensor.type) == 0) {
        throw Error(ErrorKind::bad_model, fmt::format("inputs of type {} cannot be measured", port.type.text()),
                    {.tensor = port.name});
    }
    tensor.bytes.resize(byte_size(tensor.type, tensor.count()));
    return tensor;
}

std::map<std::string, Tensor> inputs_for(const Session& session, const DatasetPtr& dataset,
                                         const std::vector<std::uint64_t>& samples) {
    if (dataset != nullptr && !samples.empty()) return dataset->load(Split::validation, samples.front()).inputs;
    std::map<std::string, Tensor> inputs;
    for (const Port& port : session.inputs()) inputs.emplace(port.name, zeros(port));
    return inputs;
}

std::size_t scores_output(const Session& session, const DatasetPtr& dataset, const std::filesystem::path& model) {
    if (dataset == nullptr || dataset->output().empty()) return 0;
    const std::vector<Port>& outputs = session.outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].name == dataset->output()) return i;
    }
    throw Error(ErrorKind::bad_data, "the model has no output with the name that the dataset gives for the scores",
                {.file = model.string(), .tensor = dataset->output()});
}

/// Puts the model's file into an error that a session threw without it.
[[noreturn]] void rethrow_with_file(const Error& error, const std::filesystem::path& model) {
    Where where = error.where();
    if (where.file.empty()) where.file = model.string();
    throw Error(error.kind(), error.what(), where, error.remedy());
}

/// Opens the model a few times (start time), runs it once on real input (first run, memory), and keeps the last session.
Subject open_subject(const RuntimePtr& runtime, const std::filesystem::path& path, const DatasetPtr& dataset,
                     const std::vector<std::uint64_t>& samples, const MeasureOptions& options, const Job& job) {
    Subject subject;
    Measurement& result = subject.result;
    result.model = path;
    {
        const ModelPtr model = open_model(path, job);
        result.size_bytes = model->size_bytes();
        result.sha256 = model->sha256();
    }
    result.run = options.run;
    std::vector<double> starts;
    for (int i = 0; i < kOpenings; ++i) {
        job.check();
        subject.session.reset();
        const PeakMemory memory;
        subject.session = Session::open(runtime, path, options.run);
        starts.push_back(subject.session->start_ms());
        if (i > 0) continue;
        subject.session->bind(inputs_for(*subject.session, dataset, samples));
        const double begin = now();
        subject.session->run_bound();
        result.first_run_ms = now() - begin;
        result.peak_rss_bytes = memory.added_bytes();
    }
    result.session_start_ms = median(starts);
    subject.output = scores_output(*subject.session, dataset, path);
    return subject;
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

/// Adds one sample's answer of one model.
void add_answer(Answers& answers, std::uint64_t index, std::int64_t label, std::vector<float> scores,
                const std::vector<float>& reference, bool keep) {
    answers.sample.push_back(index);
    answers.predicted.push_back(arg_max(scores));
    answers.label.push_back(static_cast<std::int32_t>(label));
    answers.in_top5.push_back(in_top(scores, label, 5));
    add_scores(answers.distance, reference, scores);
    if (keep) answers.scores.push_back(std::move(scores));
}

/// Every sample is decoded once and answered by every model, so that all saw the same.
void collect_answers(std::vector<Subject>& subjects, const Dataset& dataset, const std::vector<std::uint64_t>& samples,
                     const Job& job) {
    std::size_t kept = 0;
    std::uint64_t done = 0;
    for_each_sample(dataset, Split::validation, samples, 1, job, [&](std::uint64_t index, Sample& sample) {
        job.step("answers", done++, samples.size());
        std::vector<float> reference;
        for (std::size_t i = 0; i < subjects.size(); ++i) {
            Subject& subject = subjects[i];
            const std::string& output = subject.session->outputs()[subject.output].name;
            try {
                std::vector<float> scores = scores_of(subject.session->run(sample.inputs, {output}, job.stop()).front());
                if (i == 0) reference = scores;
                kept += scores.size() * sizeof(float);
                add_answer(subject.result.answers, index, sample.label, std::move(scores), reference, kept <= kKeptScoreBytes);
            } catch (const Error& error) {
                rethrow_with_file(error, subject.result.model);
            }
        }
    });
    for (Subject& subject : subjects) {
        if (kept > kKeptScoreBytes) subject.result.answers.scores.clear();
        subject.result.samples = subject.result.answers.sample.size();
        subject.result.accuracy = accuracy_of(subject.result.answers);
    }
    job.step("answers", samples.size(), samples.size());
}

/// Runs until caches and thread pools are warm, and says how long one run takes.
void warm_up(Subject& subject, const Job& job) {
    std::vector<double> times;
    const double begin = now();
    for (int i = 0; i < 20 && (i < 3 || now() - begin < 100); ++i) {
        job.check();
        const double start = now();
        subject.session->run_bound();
        times.push_back(now() - start);
    }
    subject.once_ms = median(times);
}

void time_subjects(std::vector<Subject>& subjects, const DatasetPtr& dataset, const std::vector<std::uint64_t>& samples,
                   const MeasureOptions& options, const Job& job) {
    std::vector<Lane> lanes;
    std::vector<double> once;
    for (Subject& subject : subjects) {
        subject.session->bind(inputs_for(*subject.session, dataset, samples));
        warm_up(subject, job);
        once.push_back(subject.once_ms);
        lanes.emplace_back([&subject] { subject.session->run_bound(); });
    }
    // With something to compare, the baseline runs against itself too: that is the noise floor.
    const bool twin = subjects.size() > 1;
    if (twin) {
        once.push_back(once.front());
        lanes.push_back(lanes.front());
    }
    const std::function<void()> settle = options.run.threads == 1 ? std::function<void()>() : settle_pools;
    auto blocks = time_lanes(lanes, plan_blocks(once, options), options.seed, steady_clock_ms(), job, settle);
    for (std::size_t i = 0; i < subjects.size(); ++i) subjects[i].result.latency = summarise(std::move(blocks[i]));
    if (twin) subjects.front().result.latency.twin_blocks = std::move(blocks.back());
}

/// Time per executed node, in a session of its own, since the profiler slows its session.
void profile_subject(Subject& subject, const RuntimePtr& runtime, const DatasetPtr& dataset,
                     const std::vector<std::uint64_t>& samples, const MeasureOptions& options) {
    const int runs = static_cast<int>(std::clamp(200 / std::max(subject.once_ms, 1e-3), 3.0, 20.0));
    subject.result.profile = profile(runtime, subject.result.model, options.run,
                                     inputs_for(*subject.session, dataset, samples), runs);
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
    std::vector<Subject> subjects;
    for (const std::filesystem::path& path : models) {
        job.step("open", subjects.size(), models.size());
        try {
            subjects.push_back(open_subject(runtime, path, dataset, samples, options, job));
        } catch (const Error& error) {
            rethrow_with_file(error, path);
        }
        fill_context(subjects.back().result, runtime, dataset, host);
    }
    if (dataset != nullptr) collect_answers(subjects, *dataset, samples, job);
    for (Subject& subject : subjects) {
        job.check();
        profile_subject(subject, runtime, dataset, samples, options);
    }
    time_subjects(subjects, dataset, samples, options, job);
    std::vector<Measurement> out;
    for (Subject& subject : subjects) out.push_back(std::move(subject.result));
    return out;
}

}  // namespace vernier
