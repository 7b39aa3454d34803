// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/data/sample_target.h"

namespace vernier {

struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;
    std::int64_t class_index = 0;
    double score = 0;    ///< of an answer
    bool crowd = false;  ///< of a target: a group of objects
    [[nodiscard]] double area() const;
};

/// Intersection over union; over the area of the box alone where the other is a crowd.
[[nodiscard]] double overlap(const Box& box, const Box& other);

/// Of two boxes of one class that overlap more, only the one with the higher score is left; the first of equal ones. In falling order of scores.
[[nodiscard]] std::vector<Box> without_doubles(std::vector<Box> boxes, double most);

/// Answers as [M,6] of left, top, right, bottom, class, score, and back.
[[nodiscard]] SampleTarget target_of(const std::vector<Box>& boxes);
[[nodiscard]] std::vector<Box> answers_of(const SampleTarget& answer);
/// Targets as [M,6] of left, top, right, bottom, class, crowd. Throws Error{bad_data} for another shape.
[[nodiscard]] std::vector<Box> truths_of(const SampleTarget& target);

/// The thresholds of intersection over union at which COCO counts: 0.50, 0.55, ... 0.95.
inline constexpr std::size_t kOverlaps = 10;
[[nodiscard]] std::array<double, kOverlaps> overlaps();

/// A box of an answer: bit k of right says that it is the best for an object at the k-th threshold, of ignored that it lies in a crowd there.
struct JudgedBox {
    std::int64_t class_index = 0;
    double score = 0;
    unsigned right = 0, ignored = 0;
};

/// What COCO's evaluation says of the boxes of one sample, at most the hundred surest of each class (pycocotools, evaluateImg).
[[nodiscard]] std::vector<JudgedBox> judged_boxes(const std::vector<Box>& truths, const std::vector<Box>& answers);

}  // namespace vernier
