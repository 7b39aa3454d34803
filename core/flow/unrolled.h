// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// A streaming model whose samples are to be looked at as single runs.
struct Unrolling {
    RuntimePtr runtime;
    ModelPtr model;  ///< the FP32 model: its states are those of all runs
    Target target = {};
    std::uint64_t calibration = 0;  ///< so many calibration samples, spread evenly; 0: all
};

/// A dataset of single runs, made of samples that take several (core/data/carried.h): each run is a sample, with the states that the FP32 model has
/// there. So ranges are read of real states, and what is quantized wrongly is seen where it is, not where its states have carried it. Of very
/// many runs some are taken, spread evenly. The states are computed when a split is first asked for. Samples have neither labels nor targets,
/// which are those of whole samples. Gives the dataset itself where it carries nothing, and nullptr for none.
/// Throws Error{bad_model, bad_data, cancelled} when it is asked.
[[nodiscard]] DatasetPtr unrolled(const DatasetPtr& data, Unrolling unrolling, const Job& job);

}  // namespace vernier
