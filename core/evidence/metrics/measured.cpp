// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/measured.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/evidence/metrics/command.h"
#include "core/evidence/metrics/decisions.h"
#include "core/evidence/metrics/divergence.h"
#include "core/evidence/metrics/table.h"
#include "core/evidence/tasks/meter.h"

namespace vernier {

std::vector<OutputSums> sums_of_metrics() {
    std::vector<OutputSums> sums;
    for (const Metric* metric : metrics()) {
        if (metric->sums == nullptr) continue;
        const auto same = [&](const OutputSums& each) { return each.id == metric->sums->id; };
        if (std::none_of(sums.begin(), sums.end(), same)) sums.push_back(*metric->sums);
    }
    return sums;
}

void fill_metrics(OutputFigures& output) {
    // The distance of a NaN is no number, and that of the other values says nothing of what is lost.
    if (!output.problem.empty() || output.lost > 0) return;
    for (const Metric* metric : metrics()) {
        if (metric->sums == nullptr) continue;
        const auto samples = output.sums.find(std::string(metric->sums->id));
        const auto value = samples == output.sums.end() ? std::nullopt : value_of(*metric, samples->second);
        if (!value) continue;
        if (metric->keep != nullptr)
            metric->keep(output, *value);
        else
            output.metrics[std::string(metric->figure.id)] = *value;
    }
}

std::optional<Accuracy> accuracy_of(const Answers& answers) {
    const auto top1_samples = samples_of(kTop1, answers, answers);
    const auto top1 = value_of(kTop1, top1_samples), top5 = value_of(kTop5, samples_of(kTop5, answers, answers));
    if (!top1 || !top5) return std::nullopt;
    return Accuracy{top1->value, top5->value, total_of(top1_samples).values, *top1->interval};
}

void fill_metrics(Measurement& measurement, const Answers& first) {
    const Task task = task_of(measurement.answers);
    if (task == Task::decision && !measurement.answers.threshold) measurement.answers.threshold = decision_threshold(first);
    const Tasks own = only(task);
    for (const Metric* metric : metrics()) {
        const bool held = !metric->figure.relative || (metric->to_first && &measurement.answers != &first);
        if (metric->sums != nullptr || !held || (metric->of & own) == 0) continue;
        if (const auto value = value_of(*metric, measurement.answers, first)) measurement.metrics[std::string(metric->figure.id)] = *value;
    }
}

namespace {

/// Gives every answer to several.
class Sinks : public AnswerSink {
public:
    void add(AnswerSink& sink) { sinks_.push_back(&sink); }
    void begin(const std::string& scores) override {
        for (AnswerSink* sink : sinks_) sink->begin(scores);
    }
    void take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) override {
        for (AnswerSink* sink : sinks_) sink->take(model, asked, outputs, batch);
    }
    void finish() override {
        for (AnswerSink* sink : sinks_) sink->finish();
    }

private:
    std::vector<AnswerSink*> sinks_;
};

/// Answers of classes and of a single score are judged where they are said to be such; those with records by their records.
void fill_answers(Measurement& measurement, const Answers& first) {
    const bool named = !measurement.task_proposed;
    if (measurement.answers.task != Task::none) {
        measurement.classifies = false;
        fill_metrics(measurement, first);
        return;
    }
    if (named) measurement.classifies = measurement.task == Task::classification && measurement.answers.classes > 1;
    if (measurement.classifies) measurement.accuracy = accuracy_of(measurement.answers);
    const bool decides = measurement.answers.classes == 0 && measurement.task == Task::decision;
    if (measurement.classifies || decides) fill_metrics(measurement, first);
    add_divergence_of_scores(measurement, first);
}

}  // namespace

std::vector<Measurement> measure_with_metrics(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const DatasetPtr& dataset,
                                              MeasureOptions options, const Job& job) {
    std::vector<TargetedModel> targeted;
    for (const std::filesystem::path& file : models) targeted.push_back({file, options.run});
    return measure_targeted_with_metrics(runtime, targeted, dataset, std::move(options), job);
}

std::vector<Measurement> measure_targeted_with_metrics(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const DatasetPtr& dataset,
                                                       MeasureOptions options, const Job& job) {
    options.sums = sums_of_metrics();
    Sinks sinks;
    std::optional<MetricCommand> command;
    std::optional<TaskMeter> meter;
    if (!options.metric_command.empty()) sinks.add(command.emplace(options.metric_command, job));
    if (dataset != nullptr) sinks.add(meter.emplace(*dataset, options.task));
    options.sink = &sinks;
    std::vector<Measurement> all = measure_targeted(runtime, models, dataset, options, job);
    for (std::size_t i = 0; command && dataset != nullptr && i < all.size(); ++i) {
        all[i].command_samples = command->metrics(i);
        all[i].metrics = values_of(all[i].command_samples);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (OutputFigures& output : all[i].outputs) fill_metrics(output);
        if (meter) meter->fill(i, all[i]);
        if (meter) fill_answers(all[i], all.front().answers);
    }
    for (std::size_t i = 1; i < all.size(); ++i) worst_first(all[i].outputs);
    return all;
}

}  // namespace vernier
