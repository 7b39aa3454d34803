// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/task.h"

#include <algorithm>

namespace vernier {

std::span<const TaskRow> tasks() {
    static constexpr TaskRow kTasks[] = {
        {Task::none, "none", "numbers that are only compared with those of the baseline"},
        {Task::classification, "classification", "a class of each sample"},
        {Task::decision, "yes-no", "yes or no by a single score"},
        {Task::regression, "regression", "numbers that should be those of the target"},
        {Task::enhancement, "enhancement", "a signal that should be that of the target"},
        {Task::segmentation, "segmentation", "a class of each pixel"},
        {Task::embedding, "embedding", "a vector by which samples are compared"},
        {Task::detection, "detection", "boxes with a class and a score"},
        {Task::tokens, "tokens", "a class of each token"},
        {Task::steps, "yes-no-steps", "yes or no at each step, by a single score"},
        {Task::ctc, "ctc", "a text, letter by letter with blanks between them"},
    };
    return kTasks;
}

namespace {

const TaskRow& row_of(Task task) {
    const auto all = tasks();
    const auto found = std::find_if(all.begin(), all.end(), [&](const TaskRow& row) { return row.task == task; });
    return found == all.end() ? all.front() : *found;
}

}  // namespace

std::string_view name(Task task) { return row_of(task).id; }

std::string_view answer_of(Task task) { return row_of(task).answer; }

std::optional<Task> task_named(std::string_view id) {
    for (const TaskRow& row : tasks())
        if (row.id == id) return row.task;
    return std::nullopt;
}

std::string task_names() {
    std::string names;
    for (const TaskRow& row : tasks()) names.append(names.empty() ? "" : ", ").append(row.id);
    return names;
}

}  // namespace vernier
