// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/evidence/tasks/kind.h"
#include "core/measure/measure.h"

namespace vernier {

/// Finds the task by the first answer where nobody named it, and reads what all models answer by it.
class TaskMeter : public AnswerSink {
public:
    /// named: nothing where the dataset decides, or outputs and targets.
    TaskMeter(const Dataset& dataset, std::optional<Task> named);

    void begin(const std::string& scores) override { reading_.scores = scores; }
    /// Throws Error{bad_data} where the named task is not one of the model's outputs, or the first model's answers do not fit their targets.
    void take(std::size_t model, const std::vector<AskedSample>& asked, const std::map<std::string, Tensor>& outputs, std::uint64_t batch) override;
    void finish() override;
    /// Puts the task, and the records of a model, into its measurement.
    void fill(std::size_t model, Measurement& measurement) const;

private:
    void find_task(const RunOutputs& outputs, const AskedSample& first);
    void find_task_of_labels(const RunOutputs& outputs);
    [[nodiscard]] bool find_output(const TaskKind& kind, FirstAnswer first);
    [[noreturn]] void refuse(std::string_view wants, const RunOutputs& outputs) const;
    [[nodiscard]] SampleTarget truth_of(const AskedSample& sample) const;
    [[nodiscard]] SampleRecord held(const SampleTarget& truth, const SampleTarget& answer, const std::string& sample) const;

    const Dataset& dataset_;
    std::optional<Task> named_;
    std::optional<Task> task_;
    const TaskKind* kind_ = nullptr;
    Reading reading_;                  ///< its output is the one that holds the scores, unless another fits the targets
    std::vector<SampleTarget> first_;  ///< what the first model answered in the present run
    std::map<std::size_t, TaskRecords> models_;
};

}  // namespace vernier
