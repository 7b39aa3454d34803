// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/flow/measure_files.h"
#include "core/measure/targeted_model.h"

namespace vernier {

/// measure_files() and compare_files() of files that each run on a target of their own, such as FP32 on the CPU and INT8 on OpenVINO. Of the
/// request all is taken but its models and options.run.
[[nodiscard]] MeasuredFiles measure_targeted_files(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const std::filesystem::path& data,
                                                   const MeasureOptions& options, const Job& job);
[[nodiscard]] ComparedFiles compare_targeted_files(const RuntimePtr& runtime, const std::vector<TargetedModel>& models, const CompareRequest& request,
                                                   const Job& job);

}  // namespace vernier
