// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/metrics/measured.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/evidence/metrics/command.h"
#include "core/evidence/metrics/table.h"

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
    if (!output.problem.empty()) return;
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
    const Answer other = measurement.answers.classes > 1 ? Answer::decision : Answer::classes;
    for (const Metric* metric : metrics()) {
        if (metric->sums != nullptr || metric->figure.relative || metric->of == other) continue;
        if (const auto value = value_of(*metric, measurement.answers, first)) measurement.metrics[std::string(metric->figure.id)] = *value;
    }
}

std::vector<Measurement> measure_with_metrics(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const DatasetPtr& dataset,
                                              MeasureOptions options, const Job& job) {
    options.sums = sums_of_metrics();
    std::optional<MetricCommand> command;
    if (!options.metric_command.empty()) options.sink = &command.emplace(options.metric_command, job);
    std::vector<Measurement> all = measure(runtime, models, dataset, options, job);
    for (std::size_t i = 0; command && dataset != nullptr && i < all.size(); ++i) {
        all[i].command_samples = command->metrics(i);
        all[i].metrics = values_of(all[i].command_samples);
    }
    for (Measurement& each : all) {
        for (OutputFigures& output : each.outputs) fill_metrics(output);
        if (each.classifies) each.accuracy = accuracy_of(each.answers);
        if (each.classifies || each.answers.classes == 0) fill_metrics(each, all.front().answers);
    }
    for (std::size_t i = 1; i < all.size(); ++i) worst_first(all[i].outputs);
    return all;
}

}  // namespace vernier
