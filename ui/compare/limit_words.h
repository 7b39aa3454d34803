// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/evidence/limit_forms.h"

namespace vernier::ui {

/// A way to limit a figure, as one picks it: "drop against the baseline, at most", "at most, ms".
[[nodiscard]] QString formWords(const LimitForm& form);

/// A limit that is set: "Latency p99 ≤ 20 ms", "Macro F1: drop ≤ 0.5 points", "Latency p90 ≥ 1.2x as fast".
[[nodiscard]] QString limitWords(const SetLimit& limit);

class Session;

/// Figures that limits are offered of: those of what is measured, or of the task of the data where nothing is yet.
[[nodiscard]] std::vector<const Figure*> offeredFigures(const Session& session);

/// Of what is measured, else of the data: the one that they name, or that their targets are of.
[[nodiscard]] Task taskOf(const Session& session);

}  // namespace vernier::ui
