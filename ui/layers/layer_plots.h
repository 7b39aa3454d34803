// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "ui/charts/depth_chart.h"
#include "ui/charts/interval_chart.h"
#include "ui/layers/layer_rows.h"

namespace vernier::ui {

class LayerStudy;

/// Errors from input to outputs: alone as bars, on the way as line; the first place where the two models part is marked.
/// rows: in the order of the graph.
[[nodiscard]] DepthPlot depthPlot(const std::vector<LayerRow>& rows, const LayerStudy& study);

/// The rows that take most time, from the opened model (square) to the quantized one (dot), slower ones in another colour.
[[nodiscard]] IntervalPlot layerTimePlot(const std::vector<LayerRow>& rows, const LayerStudy& study);

}  // namespace vernier::ui
