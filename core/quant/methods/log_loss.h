// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"

namespace vernier {

/// True where a tensor comes into a Log through sums, powers, products and moves only: small numbers count there as much as
/// large ones (spectra of sound).
[[nodiscard]] bool goes_to_log(const GraphEdit& edit, const std::string& tensor);

/// What rounding to a step takes from the values one by one: the mean of min(1, step^2/12 / x^2) over those that are not zero.
[[nodiscard]] double relative_loss(const Observed& tensor, double step);

}  // namespace vernier
