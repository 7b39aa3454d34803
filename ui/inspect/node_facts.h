// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <utility>
#include <vector>

#include "ui/inspect/weight_facts.h"

namespace vernier::ui {

class Session;

/// What the inspector says of a node in two columns: what goes in and out, weights, how they are scaled, work, and what it was
/// written as.
[[nodiscard]] std::vector<std::pair<QString, QString>> nodeFacts(const Session& session, NodeId node);

/// Lines below the histogram.
[[nodiscard]] QStringList statisticsText(const WeightFacts& weight);

/// "per channel (64 scales)", "per tensor (one scale)"; empty for a node that keeps no integer weights.
[[nodiscard]] QString granularityText(const Session& session, NodeId node);

}  // namespace vernier::ui
