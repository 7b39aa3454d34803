// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/base/json.h"
#include "ui/session/run.h"

namespace vernier::ui {

class Session;

/// Of the present recipe, as it stands in the status line: the size from the plan; time and error from the search whose recipe it is, else
/// from the analysis of layers, where there was one.
[[nodiscard]] RunEstimate estimateOfPresent(const Session& session);

/// {"bytes", "ms", "error", "rough"}, null where it is not known.
[[nodiscard]] Json toJson(const RunEstimate& estimate);
/// Nothing where the document holds none.
[[nodiscard]] std::optional<RunEstimate> runEstimateFrom(const Json& json);

}  // namespace vernier::ui
