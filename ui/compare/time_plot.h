// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/comparison_plots.h"

namespace vernier::ui {

class Session;

/// Where the time goes: one row for each kind of operator, from the baseline (square) to the candidate (dot) that is selected,
/// or else the one that the verdict is about; the baseline alone while there is no candidate. A row knows the nodes of its kind.
/// No rows where nothing was profiled.
[[nodiscard]] IntervalPlot timePlot(const Session& session);

/// Why these times cannot be trusted, so that there are no rows; empty where they can.
[[nodiscard]] QString timeDistrust(const Session& session);

/// Gives the rows of the chart of output errors the node that makes the output that each is about.
void nameOutputNodes(IntervalPlot& plot, const Session& session, const NamedComparison& named);

}  // namespace vernier::ui
