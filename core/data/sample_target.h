// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/base/tensor.h"

namespace vernier {

/// What the right answers of a dataset's samples are.
enum class TargetForm {
    none,
    label,    ///< a class index
    numbers,  ///< floating values, of any rank
    whole,    ///< integers, of any rank: a mask, a class of each token
    text,
    boxes  ///< rows of left, top, right, bottom, class, crowd (1: a group, which is no single object), in pixels of the model's input
};

/// What is right for a sample, where it is more than a class; also what a model answered, read in the same form.
struct SampleTarget {
    std::optional<Tensor> values = {};  ///< numbers, without an axis that counts samples
    std::optional<std::string> text = {};
    double width = 0, height = 0;  ///< of boxes: of the model's input; 0: not known
    [[nodiscard]] bool known() const { return values || text; }
};

}  // namespace vernier
