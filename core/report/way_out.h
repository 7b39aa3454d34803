// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/judgement.h"

namespace vernier {

/// What would change a verdict that is not "worth it", from what was measured: more samples or runs, layers in FP32, another method,
/// another machine. Whole sentences; empty where nothing is known to, and where no other sentence of the verdict leaves anything to say.
[[nodiscard]] std::string way_out(const Comparison& comparison, const Judgement& judged);

}  // namespace vernier
