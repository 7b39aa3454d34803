// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/tensor.h"
#include "core/data/sample_target.h"
#include "core/data/task.h"
#include "core/measure/measure.h"

namespace vernier {

/// The outputs of one run of a model.
struct RunOutputs {
    const std::map<std::string, Tensor>& all;
    std::uint64_t batch = 1;
};

/// What is known of a model and its data when the first answer is there, to propose a task by.
struct FirstAnswer {
    RunOutputs outputs;
    const SampleTarget& target;  ///< of the first sample
    TargetForm form = TargetForm::none;
    bool chosen = false;  ///< the task was named, so that outputs need only not speak against it
    std::string scores;   ///< the output that holds the scores
    const TaskSpec* spec = nullptr;
    std::size_t classes = 0;  ///< that the dataset names
};

/// What the dataset says of the task, and what is settled once, by the first answer of the first model, so that all answers are read alike.
struct Reading {
    TaskSpec spec;
    std::vector<std::string> names = {};  ///< of classes; may be empty
    std::string scores = {};              ///< the output that holds the scores
    double threshold = 0;                 ///< from which on a single score is yes
    bool channels_last = false;           ///< classes lie along the last axis
    std::size_t samples_axis = 0;
    std::string head = {}, box_scores = {}, box_classes = {};  ///< of boxes: how they are read, and the outputs beside them
    bool normalised = false;                                   ///< of boxes: they lie in 0 to 1
    std::int64_t classes = 0;                                  ///< of the scores; 1: yes or no, 0: not known
};

/// What all samples of a model add to the metrics of a task.
struct TaskRecords {
    std::vector<SampleRecord> records = {}, against = {};  ///< as in Answers
};

/// How answers of a task are read: a row of the table of kinds. Tasks of classes and of a single score are none, since their answers are
/// kept as scores (measure/answers.h).
struct TaskKind {
    Task task;
    std::string_view wants;  ///< what outputs and targets have to be, for people
    bool (*fits)(const FirstAnswer& first);
    void (*settle)(const FirstAnswer& first, Reading& reading) = nullptr;  ///< nullptr: there is nothing to settle
    /// What the model answered on the i-th sample of a run, in the form of a target. Throws Error{bad_data}.
    SampleTarget (*answer)(const RunOutputs& outputs, std::size_t i, const Reading& reading);
    /// What the sample adds to the metrics of the task; empty where it says nothing. Throws Error{bad_data} where the two cannot be held
    /// against each other.
    SampleRecord (*held)(const SampleTarget& truth, const SampleTarget& answer, const Reading& reading);
    /// What the answer adds to agreement with the first model's; nullptr: as if that were the truth.
    SampleRecord (*against)(const SampleTarget& first, const SampleTarget& answer, const SampleTarget& truth, const Reading& reading) = nullptr;
    /// At the end, for what is no matter of one sample: makes the records of a model of its own and of the first one's, which come last of all.
    void (*gather)(TaskRecords& own, const TaskRecords& first) = nullptr;
    /// Of the record against the first model's answer: it is the same answer. nullptr where agreement is a figure of its own.
    bool (*same)(const SampleRecord& against) = nullptr;
};

/// In the order in which they are proposed. To add one, write core/evidence/tasks/NAME.cpp, and add its row to kinds.cpp.
[[nodiscard]] std::span<const TaskKind* const> task_kinds();
/// nullptr for tasks of classes and of a single score, and for none.
[[nodiscard]] const TaskKind* kind_of(Task task);

/// Throws Error{bad_data} where it is not there.
[[nodiscard]] const Tensor& output_named(const RunOutputs& outputs, const std::string& name);
/// The part of an output that is the i-th sample's, without the axis that counts samples; all of it where no axis does.
[[nodiscard]] Tensor sample_part(const Tensor& output, std::size_t i, std::uint64_t batch, std::size_t axis = 0);
/// Numbers of any type as double. Throws Error{bad_data} for a tensor that has none.
[[nodiscard]] std::vector<double> numbers_of(const Tensor& tensor);
/// 0.5 where all scores lie in [0, 1], else 0: probabilities, or logits.
[[nodiscard]] double usual_threshold(const Tensor& scores);
/// "[3,224,224]".
[[nodiscard]] std::string shape_text(const Tensor& tensor);

}  // namespace vernier
