// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string_view>
#include <vector>

#include "core/flow/executed.h"
#include "ui/session/node_state.h"

namespace vernier::ui {

/// "INT8", "FP16", "float"; "fused" for a node whose work another operator of the runtime does, "folded" for one that is not run at all, since its
/// numbers went into others before; empty where it is not known.
[[nodiscard]] QString executedShort(const Executed& executed);
/// "INT8, as QLinearConv", "fused into QLinearConv", "folded into its neighbours, or computed before the first run", "float". op: the operator in the opened
/// model.
[[nodiscard]] QString executedText(const Executed& executed, std::string_view op);
/// "Runs as float: the runtime has no INT8 kernel for it here", where it runs otherwise than it was written; else empty.
[[nodiscard]] QString executedWarning(const Executed& executed);

/// "Nodes as ONNX Runtime runs them: 30 INT8, 4 float, 8 fused, 2 folded, 2 otherwise than written."; empty where nothing is known.
[[nodiscard]] QString executedSummary(const std::vector<Executed>& executed);

/// Of a node that is folded into another one as it was chosen: "Folded into conv1.", or without the name where the plan does not give it; empty for all
/// others.
[[nodiscard]] QString foldedText(const NodeState& state);

}  // namespace vernier::ui
