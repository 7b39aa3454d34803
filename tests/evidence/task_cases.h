// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/measure/measure.h"

namespace vernier::test {

/// Targets of samples, and what models answer to them: each answer is the output "y" of a run of one sample.
struct Asked {
    TaskSpec spec = {};
    std::vector<std::string> names = {};  ///< of classes
    TargetForm form = TargetForm::none;
    std::vector<SampleTarget> targets = {};
    std::vector<std::vector<Tensor>> answers = {};  ///< by model
};

/// Judged as measure_with_metrics does, without a runtime.
[[nodiscard]] std::vector<Measurement> judged(const Asked& asked);

[[nodiscard]] Tensor floats(const std::vector<std::int64_t>& dims, const std::vector<float>& values);
[[nodiscard]] Tensor whole(const std::vector<std::int64_t>& dims, const std::vector<std::int64_t>& values);

/// Holds every case of tests/data/reference/TASK.json (tests/data/make_task_reference.py) against what the reference tool says. The task is
/// named, since some cases fit several. more: what else is to be held against the case.
using ReferenceCheck = std::function<void(const Json& reference, const std::vector<Measurement>& found)>;
void expect_reference(const std::string& task, double tolerance, const ReferenceCheck& more = {});

}  // namespace vernier::test
