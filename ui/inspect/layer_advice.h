// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include <optional>
#include <utility>
#include <vector>

#include "core/model/model.h"
#include "ui/inspect/advice.h"

namespace vernier::ui {

class Session;

/// What the analysis of layers says of a node's choice, with its price and what to do; nothing where it has nothing to say.
[[nodiscard]] std::optional<NodeAdvice> layerAdvice(const Session& session, NodeId node);

/// The same of nodes that are one region: of the node that it is about.
[[nodiscard]] std::optional<NodeAdvice> layerAdvice(const Session& session, const QVector<int>& nodes);

/// Its time, its error alone and on the way, in two columns; empty before the model was analysed.
[[nodiscard]] std::vector<std::pair<QString, QString>> layerFacts(const Session& session, NodeId node);

}  // namespace vernier::ui
