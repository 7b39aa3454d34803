// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/measure/measure.h"

namespace vernier {

/// Pixels of a class in one sample: those that have it as their target, those that were answered with it, and those where both are so.
struct ClassPixels {
    std::size_t class_index = 0;
    double labels = 0, answers = 0, both = 0;
};

/// Of the classes that a sample has, in rising order.
[[nodiscard]] SampleRecord record_of(const std::vector<ClassPixels>& classes);
[[nodiscard]] std::vector<ClassPixels> pixels_of(const SampleRecord& record);

}  // namespace vernier
