// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/interval_chart.h"

namespace vernier::ui {

class Session;

/// What was measured of each run against what had been estimated of it: size, time and error, as shares of the estimate. No rows where no
/// measured run has an estimate.
[[nodiscard]] IntervalPlot estimatePlot(const Session& session);

}  // namespace vernier::ui
