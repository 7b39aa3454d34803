// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/dataset.h"

namespace vernier {

/// The same dataset with only these validation samples, so that what is chosen by some can be judged by others. Their indices count from 0
/// in this order; the calibration split is whole.
[[nodiscard]] DatasetPtr part_of(DatasetPtr dataset, std::vector<std::uint64_t> validation);

}  // namespace vernier
