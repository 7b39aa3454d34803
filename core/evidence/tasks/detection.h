// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/evidence/tasks/boxes.h"
#include "core/measure/measure.h"

namespace vernier {

/// Objects of a class in a sample, without crowds.
struct ClassObjects {
    std::int64_t class_index = 0;
    double count = 0;
};

/// What a sample adds to the metrics of boxes.
struct SampleBoxes {
    std::vector<ClassObjects> objects;
    std::vector<JudgedBox> boxes;
};
[[nodiscard]] SampleRecord record_of(const SampleBoxes& sample);
[[nodiscard]] SampleBoxes sample_boxes_of(const SampleRecord& record);

/// What a sample adds to agreement: boxes that lie on one of the first model's, of how many of each.
struct BoxMatches {
    double both = 0, first = 0, own = 0;
};
[[nodiscard]] SampleRecord record_of(const BoxMatches& matches);
[[nodiscard]] BoxMatches box_matches_of(const SampleRecord& record);

}  // namespace vernier
