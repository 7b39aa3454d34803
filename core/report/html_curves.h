// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/flow/measure_files.h"
#include "core/report/latency_curves.h"

namespace vernier {

/// The curves as one drawing, with their names beside them; best: index of the candidate that the verdict is about, or -1.
[[nodiscard]] std::string curves_chart(const ComparedFiles& compared, const LatencyCurves& curves, int best, int width);

}  // namespace vernier
