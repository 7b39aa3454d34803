// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/tasks/meter.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "core/base/error.h"
#include "core/measure/metrics.h"

namespace vernier {
namespace {

std::string outputs_text(const RunOutputs& outputs) {
    std::string text;
    for (const auto& [name, output] : outputs.all)
        text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", name, vernier::name(output.type), shape_text(output));
    return text.empty() ? "none" : text;
}

}  // namespace

TaskMeter::TaskMeter(const Dataset& dataset, std::optional<Task> named) : dataset_(dataset), named_(named ? named : dataset.task().task) {
    reading_.spec = dataset.task();
    reading_.names = dataset.classes();
}

void TaskMeter::refuse(std::string_view wants, const RunOutputs& outputs) const {
    throw Error(ErrorKind::bad_data, fmt::format("the task {} needs {}; the model gives: {}", name(*named_), wants, outputs_text(outputs)),
                {.file = dataset_.path().string()}, "Name another task (--task, or \"task\" in the .dataset.json), or the output (\"output\").");
}

/// Another output than the dataset's choice is never taken.
bool TaskMeter::find_output(const TaskKind& kind, FirstAnswer first) {
    std::vector<std::string> names = {reading_.scores};
    if (dataset_.output().empty())
        for (const auto& [name, output] : first.outputs.all) names.push_back(name);
    for (const std::string& name : names) {
        first.scores = name;
        if (!kind.fits(first)) continue;
        reading_.scores = name;
        if (kind.settle != nullptr) kind.settle(first, reading_);
        return true;
    }
    return false;
}

void TaskMeter::find_task_of_labels(const RunOutputs& outputs) {
    const auto found = outputs.all.find(reading_.scores);
    const bool single = found != outputs.all.end() && is_single_score(found->second, outputs.batch);
    const bool classes = found != outputs.all.end() && is_class_scores(found->second, outputs.batch);
    if (named_ == Task::decision && !single) refuse("an output with one floating score a sample", outputs);
    if (named_ == Task::classification && !classes) refuse("a floating output [N, classes]", outputs);
    const bool labelled = dataset_.has_labels();
    task_ = named_ ? *named_ : classes && dataset_.classifies() ? Task::classification : single && labelled ? Task::decision : Task::none;
}

void TaskMeter::find_task(const RunOutputs& outputs, const AskedSample& sample) {
    const SampleTarget target = named_ ? truth_of(sample) : sample.target;
    const FirstAnswer first{outputs, target, dataset_.target(), named_.has_value(), {}, &reading_.spec, reading_.names.size()};
    if (named_) {
        kind_ = kind_of(*named_);
        if (kind_ == nullptr) return find_task_of_labels(outputs);
        if (!find_output(*kind_, first)) refuse(kind_->wants, outputs);
        task_ = named_;
        return;
    }
    if (dataset_.target() == TargetForm::none || dataset_.target() == TargetForm::label) return find_task_of_labels(outputs);
    task_ = Task::none;
    for (const TaskKind* kind : task_kinds()) {
        if (!find_output(*kind, first)) continue;
        kind_ = kind;
        task_ = kind->task;
        return;
    }
}

/// A class index serves as a target of one number where the task is named.
SampleTarget TaskMeter::truth_of(const AskedSample& sample) const {
    if (sample.target.known() || sample.label < 0) return sample.target;
    Tensor label{ElementType::int64, {}, std::vector<std::byte>(sizeof(std::int64_t))};
    std::memcpy(label.bytes.data(), &sample.label, sizeof(std::int64_t));
    return {.values = std::move(label)};
}

SampleRecord TaskMeter::held(const SampleTarget& truth, const SampleTarget& answer, const std::string& sample) const {
    try {
        return kind_->held(truth, answer, reading_);
    } catch (const Error& error) {
        throw Error(error.kind(), fmt::format("sample {}: {}", sample, error.what()), {.file = dataset_.path().string(), .tensor = reading_.scores},
                    "Check the targets, or name another task (--task)");
    }
}

void TaskMeter::take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) {
    const RunOutputs run{outputs, batch};
    if (!task_ && !asked.empty()) find_task(run, asked.front());
    if (kind_ == nullptr) return;
    TaskRecords& own = models_[model];
    if (model == 0) first_.clear();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (model == 0) {
            first_.push_back(kind_->answer(run, i, reading_));
            own.records.push_back(held(truth_of(asked[i]), first_.back(), asked[i].name));
            continue;
        }
        SampleRecord record, against;
        try {
            const SampleTarget answer = kind_->answer(run, i, reading_);
            const SampleTarget truth = truth_of(asked[i]), &first = first_.at(i);
            record = kind_->held(truth, answer, reading_);
            against = kind_->against == nullptr ? kind_->held(first, answer, reading_) : kind_->against(first, answer, truth, reading_);
        } catch (const Error&) {  // an output that is missing, or has another shape, is told where the outputs are
            record.clear();
        }
        own.records.push_back(std::move(record));
        own.against.push_back(std::move(against));
    }
}

void TaskMeter::finish() {
    if (kind_ == nullptr || kind_->gather == nullptr) return;
    for (auto model = models_.rbegin(); model != models_.rend(); ++model) kind_->gather(model->second, models_.begin()->second);
}

void TaskMeter::fill(std::size_t model, Measurement& measurement) const {
    measurement.task = task_.value_or(Task::none);
    measurement.task_proposed = !named_;
    measurement.answers.threshold = reading_.spec.threshold;
    measurement.class_names = reading_.names;
    if (kind_ == nullptr) return;
    measurement.scores_output = reading_.scores;
    measurement.answers.task = kind_->task;
    if (const auto found = models_.find(model); found != models_.end()) {
        measurement.answers.records = found->second.records;
        measurement.answers.against = found->second.against;
    }
}

}  // namespace vernier
