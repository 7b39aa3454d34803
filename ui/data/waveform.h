// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QVector>

#include "core/data/carried.h"
#include "core/data/dataset.h"

class QPainter;

namespace vernier::ui {

struct Theme;

/// A sound, or another signal along one axis, as it is drawn: what each column reaches, and where its steps are yes.
struct Waveform {
    struct Column {
        float low = 0, high = 0;  ///< -1 to 1: parts of the largest magnitude
    };
    QVector<Column> columns;
    QVector<bool> yes;  ///< of each step, where the target says it (task yes-no-steps); else empty
    [[nodiscard]] bool isEmpty() const { return columns.isEmpty(); }
};

/// Of the input with the most values; of several channels the first; of a sound that is cut into runs all of them. Empty where that is no signal: whole
/// numbers, or too short along its last axis.
[[nodiscard]] Waveform waveformOf(const Sample& sample, const Carry& carry, int columns);

void drawWaveform(QPainter& painter, const QRectF& box, const Waveform& waveform, const Theme& theme);

/// The input with the most values, which is not a state or a setting; the end where there is none.
[[nodiscard]] std::map<std::string, Tensor>::const_iterator largestInput(const Sample& sample);

}  // namespace vernier::ui
