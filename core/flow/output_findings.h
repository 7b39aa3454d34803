// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/finding.h"
#include "core/measure/measure.h"

namespace vernier {

/// What makes figures of answers worthless or not what they seem: NaN, outputs that are missing or not compared, labels that
/// are no class, scores that are no classifier's. measurements[0] is what the others are held against.
void judge_outputs(const std::vector<Measurement>& measurements, bool labelled, std::vector<Finding>& findings);

}  // namespace vernier
