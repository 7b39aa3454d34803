// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/carried.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// A sample, and how it is run.
struct CarriedSample {
    const std::map<std::string, Tensor>& inputs;
    const Carry& carry;
    const std::vector<std::string>& wanted;  ///< outputs
};

/// Called with what each run of a sample is given.
using SeePart = std::function<void(std::size_t part, const std::map<std::string, Tensor>& inputs)>;

/// Runs a sample part after part, with what each run gives as a state of the next. An output that gives a state is that of the last run, all others
/// are put together (joined). Where nothing is carried this is a single run. Inputs are cast where the model asks for another width. Throws as
/// Session::run.
[[nodiscard]] std::vector<Tensor> run_parts(Session& session, const CarriedSample& sample, const Job& job, const SeePart& see = {});

}  // namespace vernier
