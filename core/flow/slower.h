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
    std::vector<std::pair<std::set<NodeId>, std::string>> take_back;  ///< groups with which the file is better off in float, and why
    std::vector<Finding> findings;                                    ///< kept-float, nothing-to-gain
};

/// How many times faster a file must get that gets larger by this factor: the square root of it, but 1.05 at least, and never
/// more than 1.5: what takes half as long again is wanted at no size.
[[nodiscard]] double worthwhile_gain(double size_factor);

/// Times what is emitted against the opened file, in turns on one thread. Where it is slower by more than 5 % and 50 µs (20 µs for
/// twice the time, and for a file that is no smaller than the opened one), groups of like INT8 nodes (same operator, same sizes of weight) that nobody chose
/// explicitly are tried in float, the largest first, and all of them at last. A group goes back only where the whole file is then faster by a worthwhile gain,
/// in turns with the file before it, and beyond the interval of that ratio. What is left in INT8 after groups went back and saves neither size nor time goes
/// back too, and so does all of a file that is neither smaller nor faster. The search takes about a fifth of the processor time that quantizing took (at least
/// 0.2 s), thrice as much where the file is slower by far; each timing ends when its answer is clear (is_clear). written: what is emitted now.
[[nodiscard]] Slower find_slower(const Emitting& emitting, Verifier& verifier, const Model& model, const StagedModel& written, const Job& job);

}  // namespace vernier
