// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>

#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace vernier::ui {

/// What is drawn on the picture of a sample, and how it is read.
struct Drawing {
    enum class Kind { none, targetBoxes, answerBoxes, mask };
    Kind kind = Kind::none;
    bool normalised = false;                          ///< boxes lie in 0 to 1
    const std::vector<std::string>* names = nullptr;  ///< of classes
};

/// True for targets that are drawn: boxes, and masks ([H,W] of class indices).
[[nodiscard]] Drawing drawingOf(TargetForm form, const SampleTarget& target);

/// The picture with its boxes and their classes, or its mask, so large that its longer side is `side` pixels. A picture that is small
/// keeps hard pixels. Throws Error{bad_data} where the target is neither.
[[nodiscard]] QImage drawnTarget(const QImage& picture, const SampleTarget& target, const Drawing& drawing, int side);

/// The preview of a sample as a picture; null where it is none.
[[nodiscard]] QImage pictureOf(const Preview& preview);

/// Colour of a class on pictures and in their legends.
[[nodiscard]] QColor classColour(std::int64_t index);

}  // namespace vernier::ui
