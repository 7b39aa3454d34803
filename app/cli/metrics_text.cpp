// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/metrics_text.h"

#include <utility>
#include <vector>

#include "core/report/metric_table.h"

namespace vernier::cli {

std::string metrics_text(const TrialViews& trials, const Style& style) {
    const std::vector<MetricRow> rows = metric_rows(trials);
    if (rows.empty()) return {};
    std::vector<std::string> heads = {"<metric"};
    for (const TrialView& trial : trials) heads.push_back("<" + printable(title_of(trial)));
    TextTable table(heads);
    for (const MetricRow& row : rows) {
        std::vector<std::string> cells = {row.name};
        cells.insert(cells.end(), row.cells.begin(), row.cells.end());
        table.row(std::move(cells));
    }
    return "\n" + table.text(style) + "\n";
}

}  // namespace vernier::cli
