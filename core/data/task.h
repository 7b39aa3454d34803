// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vernier {

/// What a model is asked to do, by which its answers are judged.
enum class Task { none, classification, decision, regression, enhancement, segmentation, ctc, tokens, steps, embedding, detection };

/// A row of the table of tasks.
struct TaskRow {
    Task task;
    std::string_view id;      ///< stable name in dataset files, options and documents: "segmentation"
    std::string_view answer;  ///< what a model answers, for people: "a class of each pixel"
};
[[nodiscard]] std::span<const TaskRow> tasks();
[[nodiscard]] std::string_view name(Task task);
/// What a model of that task answers, for people.
[[nodiscard]] std::string_view answer_of(Task task);
[[nodiscard]] std::optional<Task> task_named(std::string_view id);
/// "classification, yes-no, ...".
[[nodiscard]] std::string task_names();

/// Tasks as a set of bits, so that a row of a table can name several.
using Tasks = unsigned;
[[nodiscard]] constexpr Tasks only(Task task) { return 1U << static_cast<unsigned>(task); }

/// What a dataset says of its task.
struct TaskSpec {
    std::optional<Task> task = {};            ///< the one that it names; nothing: proposed from outputs and targets
    std::optional<std::int64_t> ignore = {};  ///< class of a target that does not count; nothing: as is usual for the task
    std::vector<std::string> alphabet = {};   ///< of texts: what each class but blank stands for, in their order
    std::int64_t blank = 0;                   ///< of texts: the class between letters
    std::optional<double> threshold = {};     ///< from which on a single score is yes; nothing: 0.5 of probabilities, 0 of logits
    std::string head = {};                    ///< of boxes: how outputs are read ("yolov5", ...); empty: by their shapes
    std::string box_format = {};              ///< of boxes: "xyxy", "cxcywh", "xywh" or "yxyx"; empty: as is usual for the head
    double confidence = 0.001;                ///< of boxes: those with a lower score are left out
    std::optional<double> nms_iou = {};       ///< of boxes: of two that overlap more, only the surer is left; nothing: 0.7 where the graph has none
    std::int64_t first_class = 0;             ///< of boxes: the number that the model gives the first class
};

}  // namespace vernier
