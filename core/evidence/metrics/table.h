// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/evidence/metrics/metric.h"

namespace vernier {

extern const Metric kTop1, kTop5, kAgreement, kSqnr, kCosine;

/// All metrics, in the order in which their figures stand in tables. To add one, write core/evidence/metrics/NAME.cpp and add its row.
[[nodiscard]] std::span<const Metric* const> metrics();

}  // namespace vernier
