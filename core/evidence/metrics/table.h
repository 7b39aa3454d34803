// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/evidence/metrics/metric.h"

namespace vernier {

/// Those that other code asks for by name.
extern const Metric kTop1, kTop5, kAgreement, kSqnr;

/// All metrics, in the order in which their figures stand in tables. To add one, write core/evidence/metrics/NAME.cpp and add its row
/// to table.cpp.
[[nodiscard]] std::span<const Metric* const> metrics();

}  // namespace vernier
