// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/flow/mend.h"
#include "core/model/staged.h"

namespace vernier {

/// What timing a quantized model against the opened file says.
struct Slower {
    std::vector<std::pair<std::set<NodeId>, std::string>> take_back;   ///< groups that are faster in float, and why
    std::vector<Finding> findings;                                     ///< kept-float, nothing-to-gain
};

/// Times what is emitted against the opened file, in turns on one thread. Where it is slower by more than 5 % and 50 µs, groups of
/// like INT8 nodes (same operator, same sizes of weight) are tried in float, the largest first, and stay so where that is
/// faster; where even that is slower, all INT8 nodes go back that nobody chose explicitly.
/// written: what is emitted now.
[[nodiscard]] Slower find_slower(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job);

}  // namespace vernier
