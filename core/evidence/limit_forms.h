// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/sample_target.h"
#include "core/data/task.h"
#include "core/evidence/figures.h"

namespace vernier {

/// One way in which a figure can be limited.
struct LimitForm {
    std::string figure;     ///< its id, or the name of a metric of a command
    std::string_view of;    ///< "": the figure itself; "drop" or "rise" against the baseline's; "ratio" to it, of times how many times as fast
    bool least = false;     ///< the bound is the least that passes, else the most
    std::string_view unit;  ///< of the bound: "ms", "points", "x" (times as fast), "of the baseline's"; empty where there is none
    bool operator==(const LimitForm&) const = default;

    /// What add_limit (core/evidence/gate_text.h) reads: "macro_f1 drop<=0.5".
    [[nodiscard]] std::string text(double bound) const;
};

/// Unit of a drop or a rise: "points" of percentages, else the figure's own.
[[nodiscard]] std::string_view unit_of_change(const Figure& figure);

/// Those that a figure has, the one on the figure itself first: drop where more is better, rise where less is, ratio for times, size and
/// memory.
[[nodiscard]] std::vector<LimitForm> limit_forms(const Figure& figure);

/// The one against the baseline: drop, rise or ratio; of a figure that stands only against it, the figure itself.
[[nodiscard]] LimitForm form_against_baseline(const Figure& figure);

/// Those that a limit can decide something of: times and sizes, errors of outputs, metrics of the task, and whatever the trials tell.
/// task: none: answers are classes or a single score.
[[nodiscard]] std::vector<const Figure*> figures_to_limit(const TrialViews& trials, Task task);

/// By which the answers of a task are judged first, against targets: top-1 of classes and where the task is not known, mAP of boxes.
[[nodiscard]] const Figure& lead_figure(Task task);
/// How many answers are the baseline's, in the task's own terms; nullptr for tasks that know no such figure (numbers).
[[nodiscard]] const Figure* alike_figure(Task task);
/// The task that targets of such a form are of, where they are of one only; else none.
[[nodiscard]] Task task_of(TargetForm form);

/// A limit that is set.
struct SetLimit {
    LimitForm form;
    double bound = 0;
    [[nodiscard]] std::string text() const { return form.text(bound); }
};

/// All limits of a gate, in the order of the lines that judging gives (CandidateComparison::gate_lines). A limit in points on a metric
/// against the baseline, which older gates have, is told as the drop or rise that it is.
[[nodiscard]] std::vector<SetLimit> limits_of(const Gate& gate);

/// The gate with all limits but the index-th of limits_of.
[[nodiscard]] Gate without_limit(const Gate& gate, std::size_t index);

/// What is set in such a form.
[[nodiscard]] std::optional<double> bound_of(const Gate& gate, const LimitForm& form);
/// The gate with the bound in the place of what is set in that form; nothing takes it away. Throws Error{usage} for one that nothing can pass or fail.
[[nodiscard]] Gate with_bound(const Gate& gate, const LimitForm& form, std::optional<double> bound);

}  // namespace vernier
