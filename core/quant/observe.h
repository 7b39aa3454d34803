// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/quant/prepare.h"
#include "core/quant/statistics.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// The samples of a calibration, and what runs them.
struct Samples {
    RuntimePtr runtime;
    Target target = {};
    DatasetPtr dataset = {};                      ///< null: there are none
    std::uint64_t count = 0;                      ///< of the calibration split; 0 = all of it
    int at_once = 0;                              ///< samples that run at the same time; 0 = one a processor
    std::shared_ptr<Statistics> statistics = {};  ///< what was seen of these very samples; null: nothing is kept
};

/// What the methods of a prepared model need to know of the samples, from one run over them or from what is kept: ranges for
/// static INT8, and whether FP16 can hold the activations. Then takes back what they say (MethodSpec::judge, judge_losses).
/// Empty when no method asks for it. Throws Error{usage} when calibration data are needed and there are none.
[[nodiscard]] Ranges observe(Prepared& prepared, const Samples& samples, const Calibration& calibration, const Job& job);

/// Adds what a plan with more in float needs besides.
void observe_further(const Prepared& prepared, const Samples& samples, Ranges& ranges, const Job& job);

}  // namespace vernier
