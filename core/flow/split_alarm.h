// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/quant/calibration/ranges.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// How activations on validation samples stand to the ranges that calibration saw. Two thirds of the sets of samples that cost quality by their
/// preprocessing, and all that were scaled twice, pass one of the two bounds; of 45 good ones none did (13 networks).
struct SplitReach {
    double wider = 0;    ///< median over tensors of the width of their range on validation samples over the calibrated one
    double outside = 0;  ///< mean over tensors of the share of validation values beyond the calibrated range
    std::size_t tensors = 0;
    std::uint64_t samples = 0;  ///< of the validation split
    [[nodiscard]] bool alarms() const { return tensors > 0 && (wider > 1.3 || outside > 0.003); }
};

/// What is looked at.
struct SplitRequest {
    RuntimePtr runtime;
    ModelPtr model;  ///< the FP32 model
    DatasetPtr data;
    Target target = {};
    std::uint64_t samples = 32;              ///< of the validation split, at most
    std::optional<double> cpu_seconds = {};  ///< of processor time: what is left out then is said by `samples`; at least 8 are run
};

/// Runs validation samples through the model and looks at the tensors of which calibration knows a range and that are the model's own. Nothing where
/// there are no validation samples or no tensors. Throws Error{bad_model, bad_data, cancelled}.
[[nodiscard]] std::optional<SplitReach> reach_of(const SplitRequest& request, const Ranges& calibrated, const Job& job);

/// The finding `calibration-differs`, where it alarms.
[[nodiscard]] std::optional<Finding> finding_of(const SplitReach& reach);

}  // namespace vernier
