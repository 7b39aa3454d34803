// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "core/evidence/compare.h"
#include "core/flow/open.h"
#include "core/measure/measure.h"

namespace vernier {

/// Files that were measured together, in the order in which they were named.
struct MeasuredFiles {
    std::vector<Trial> trials;
    std::vector<Finding> findings;
};

/// Measures models with one harness. The dataset is opened for the first of them.
/// Throws Error{not_found, bad_model, bad_data, cancelled}.
[[nodiscard]] MeasuredFiles measure_files(const RuntimePtr& runtime, const std::vector<std::filesystem::path>& models, const std::filesystem::path& data,
                                          const MeasureOptions& options, const Job& job);

/// Candidates against a baseline, and what is to be said of how they were measured.
struct ComparedFiles {
    Comparison comparison;
    std::vector<Finding> findings;
};

struct CompareRequest {
    std::vector<std::filesystem::path> models;  ///< the first is the baseline
    std::filesystem::path data = {};
    MeasureOptions options = {};
    Gate gate = {};
    std::filesystem::path report = {};  ///< a file that the caller will write; refused at once when it is an input or cannot be written
};

/// Throws as measure_files. A limit that has nothing to judge by (top-1 without labels) is inconclusive.
[[nodiscard]] ComparedFiles compare_files(const RuntimePtr& runtime, const CompareRequest& request, const Job& job);

/// What is said where no limit is set.
[[nodiscard]] Finding no_gate();

/// Judges the same figures against other limits, and says no_gate() where there are none.
void judge_again(ComparedFiles& compared, const Gate& gate);

/// Worst gate over all candidates: failed, then inconclusive, then passed; not judged when no limit is set.
[[nodiscard]] Outcome worst_outcome(const Comparison& comparison);

}  // namespace vernier
