// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/json.h"
#include "core/base/provenance.h"
#include "core/base/tensor.h"
#include "core/data/dataset.h"
#include "core/measure/interval.h"
#include "core/measure/outputs.h"
#include "core/measure/sample_sums.h"
#include "core/model/sizes.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What is known of a sample before its answer.
struct AskedSample {
    std::uint64_t index = 0;  ///< in the validation split
    std::int64_t label = -1;
    std::string name = {};
    SampleTarget target = {};
};

/// Is given every answer of every model.
class AnswerSink {
public:
    virtual ~AnswerSink() = default;
    /// Before the first answer: the output that the dataset names, else the first model's first.
    virtual void begin(const std::string& /*scores*/) {}
    /// The answers to one run of `batch` samples, of which so many were asked; by model in the order of the call.
    virtual void take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) = 0;
    virtual void finish() = 0;
};

struct MeasureOptions {
    Target run;
    double seconds = 4;         ///< time budget of the latency part for each model
    std::uint64_t samples = 0;  ///< validation samples; 0 = the whole split
    std::uint64_t seed = 7;
    SizeChoices sizes = {};                     ///< what open axes of inputs count as, where no dataset gives them
    std::vector<OutputSums> sums = {};          ///< of outputs, for metrics (core/evidence/metrics/measured.h)
    std::filesystem::path metric_command = {};  ///< a program that measures answers (core/evidence/metrics/command.h); empty: none
    AnswerSink* sink = nullptr;                 ///< not owned
    std::optional<Task> task = {};              ///< by which answers are judged; nothing: as the dataset says, or as proposed
    /// The program that holds each model's session in a process of its own (vernier-cli); empty: sessions in this process.
    std::filesystem::path worker = {};
};

/// What one fresh process with a model measured. Times in ms.
struct Launch {
    double session_start_ms = 0, first_run_ms = 0;
    std::uint64_t peak_rss_bytes = 0;         ///< what opening it and a first run add to the process at most
    std::vector<std::vector<double>> blocks;  ///< warm runs in a row, in the order of the rounds
    std::vector<double> after_pause_ms;       ///< single runs, each with cold caches
};

/// Latency of one model in milliseconds. p50, p90, p99 and mean are those of all warm runs.
struct Latency {
    double p50 = 0;
    std::optional<double> p90, p99;  ///< nothing when there are too few runs to know (runs_needed)
    double mean = 0;
    std::uint64_t n = 0;
    Interval p50_interval;                                                             ///< 95 %, t over launches
    std::optional<Interval> p90_interval = {}, p99_interval = {}, mean_interval = {};  ///< 95 %, jackknife over launches; nothing below three
    double after_pause = 0;              ///< first call after a pause (cold caches), median; 0 = not measured, or too few to know
    std::optional<Interval> two_speeds;  ///< where the blocks' medians fall into two groups: the fast and the slow speed
    std::vector<Launch> launches;
    /// Of all warm runs: the runs themselves in rising order, or where there are more than 101 their percentiles 0 to 100. The share
    /// of runs that take no longer than entry i of n is i / (n - 1).
    std::vector<double> quantiles = {};
};

/// Top-1 and top-5 in percent, where there are labels (core/evidence/metrics).
struct Accuracy {
    double top1 = 0, top5 = 0;
    std::uint64_t n = 0;
    Interval top1_interval;  ///< 95 % Wilson, percent
};

/// Sums over all scores of all samples, against the first model of the same call (signal: that model's squares).
struct OutputDistance {
    double signal = 0, error = 0, dot = 0, energy = 0;
    std::uint64_t count = 0;
    bool operator==(const OutputDistance&) const = default;
};

/// What one sample adds to the metrics of a task (core/evidence/tasks, which knows what the numbers are); empty: it says nothing.
using SampleRecord = std::vector<double>;

/// What the model answered on each validation sample (kept for paired comparison).
struct Answers {
    std::vector<std::uint64_t> sample;    ///< index in the validation split
    std::vector<std::int32_t> predicted;  ///< arg max of the scores, lowest index wins a tie; -1 for NaN and where there are no classes
    std::vector<std::int32_t> label;      ///< -1 without labels
    std::vector<bool> in_top5;
    std::uint64_t classes = 0;      ///< scores of an answer; 0 where the output is not [N, classes] (metrics.h)
    std::vector<bool> whole_equal;  ///< all integer outputs are those of the first model; empty without such outputs
    /// The scores output: one of each class, or a single one of a sample; empty where it holds neither, or all together pass 64 MB.
    std::vector<std::vector<float>> scores;
    std::optional<double> threshold = {};    ///< from which on a single score is yes, where the dataset says it
    Task task = Task::none;                  ///< whose records these are; none: answers are classes, or a single score
    std::vector<SampleRecord> records = {};  ///< of each sample, held against its target; empty where there are none
    std::vector<SampleRecord> against = {};  ///< the same, held against what the first model answered; empty for that model
};

/// Everything measured about one model file with one harness.
struct Measurement {
    std::filesystem::path model;
    std::string sha256;
    std::uint64_t size_bytes = 0;
    double session_start_ms = 0;       ///< median of the launches
    double first_run_ms = 0;           ///< median of the launches
    std::uint64_t peak_rss_bytes = 0;  ///< median of what opening it and a first run add to a process at most
    Latency latency;
    std::optional<Accuracy> accuracy;                 ///< made of the answers by core/evidence/metrics, as are SQNR and cosine of the outputs
    std::map<std::string, MetricValue> metrics = {};  ///< of its answers, by their ids (core/evidence/metrics)
    /// What each sample adds to the metrics of a metric command, by their names (core/evidence/metrics/command.h).
    std::map<std::string, std::vector<SampleSums>> command_samples = {};
    std::vector<OutputFigures> outputs;         ///< all outputs; of the first model in its order, of others then the worst first
    std::string scores_output;                  ///< the output that holds the scores: the dataset's choice, else the first
    std::uint64_t classes = 0;                  ///< its classes; 0 where it is not [N, classes]
    bool classifies = false;                    ///< it has classes, and labels or the dataset say that they are classes
    std::vector<std::string> class_names = {};  ///< that the dataset gives; empty where it gives none
    Task task = Task::none;                     ///< by which its answers were judged
    bool task_proposed = false;                 ///< nobody named the task
    Answers answers;
    std::vector<ProfileEvent> profile;  ///< time per executed node
    Target run;                         ///< with the library that ran it
    std::string data_name, data_fingerprint;
    std::uint64_t samples = 0;
    std::uint64_t seed = 0;  ///< of the order of runs (MeasureOptions::seed); 0: not known
    Host host;
    std::string date;
    std::string vernier_version;
};

/// The JSON of `measure`: model, sha256, size_bytes, latency_ms.{p50,p90,p99,mean,n,p50_interval,...}, session_start_ms, accuracy or
/// null, runtime.{version,threads,level,provider,path}, host, ... ; blocks and answers only when asked for.
[[nodiscard]] Json to_json(const Measurement& measurement, bool with_samples = false);
[[nodiscard]] Measurement measurement_from_json(const Json& json);

/// Measures all files with one harness: answers on the validation split first, then latency in several launches (see
/// launches.h). Inputs of the latency part: the first validation sample, or zeros of the model's shape without data
/// (symbolic axes as 1). With options.worker each model has child processes of its own. Throws Error{bad_model, bad_data,
/// cancelled}.
[[nodiscard]] std::vector<Measurement> measure(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const DatasetPtr& dataset,
                                               const MeasureOptions& options, const Job& job);

}  // namespace vernier
