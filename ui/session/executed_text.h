// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string_view>
#include <vector>

#include "core/flow/executed.h"

namespace vernier::ui {

/// "INT8", "FP16", "float", "folded"; empty where it is not known.
[[nodiscard]] QString executedShort(Executed::As as);
/// "INT8, as QLinearConv", "folded into QLinearConv", "float". op: the operator in the opened model.
[[nodiscard]] QString executedText(const Executed& executed, std::string_view op);
/// "Runs as float: the runtime has no INT8 kernel for it here", where it runs otherwise than it was written; else empty.
[[nodiscard]] QString executedWarning(const Executed& executed);

/// "Nodes as ONNX Runtime runs them: 30 INT8, 4 float, 10 folded, 2 otherwise than written."; empty where nothing is known.
[[nodiscard]] QString executedSummary(const std::vector<Executed>& executed);

}  // namespace vernier::ui
