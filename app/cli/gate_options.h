// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/evidence/compare.h"

namespace vernier::cli {

class OptionSet;

/// The limits that compare and judge share.
struct GateOptions {
    std::optional<double> max_drop, min_speedup, min_agreement, min_sqnr;
    std::vector<std::string> limits, gates;

    void declare(OptionSet& set);
    /// any_name: a limit may name a metric of a metric command. Throws Error{usage}.
    [[nodiscard]] Gate read(bool any_name) const;
};

}  // namespace vernier::cli
