// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string_view>
#include <vector>

#include "ui/inspect/weight_facts.h"
#include "ui/session/session.h"

namespace vernier::ui {

/// One sentence about a node's choice, and what a click on its link does.
struct NodeAdvice {
    enum class Action { none, usePerChannel, useOther, reset };
    QString text;
    Action action = Action::none;
    QString link;  ///< words of the link; empty without an action
    bool warning = false;
    Method instead = Method::fp32;  ///< what useOther chooses
};

/// Why the node is in its format, and the nearest better choice that the figures show. op: its operator.
[[nodiscard]] NodeAdvice nodeAdvice(const NodeState& state, const std::vector<WeightFacts>& weights, std::string_view op);

}  // namespace vernier::ui
