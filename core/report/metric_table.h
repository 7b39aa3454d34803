// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evidence/figures.h"

namespace vernier {

/// A metric that is known, with a cell for each model: "97.71  -0.10 ~".
struct MetricRow {
    std::string name;
    std::vector<std::string> cells;
};
/// Ids of a model's metrics that are no rows of the table of figures: those of a metric command.
[[nodiscard]] std::vector<std::string> command_metrics(const Measurement& measurement);

/// Rows of in_metrics of which there is something to say.
[[nodiscard]] std::vector<MetricRow> metric_rows(const TrialViews& trials);

/// The rows as a section of the HTML report; empty where there are none.
[[nodiscard]] std::string metrics_html(const TrialViews& trials);

/// {id: {"value", "interval", "n", "unit"}} of all metrics of a model into its document. Those of its answers are there already and get
/// their unit; those that stand only against the baseline are made of other fields and marked "relative".
void put_metrics(Json& model, const TrialView& trial);

}  // namespace vernier
