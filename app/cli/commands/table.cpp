// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands/table.h"

#include <vector>

namespace vernier::cli {

std::span<const Command> commands() {
    static const std::vector<Command> rows = {
        kInspect, kStats,  kPlan,   kQuantize, kRecipe, kSensitivity, kMeasure,    kCompare, kJudge,
        kReport,  kLayers, kSearch, kCheck,    kData,   kVersion,     kCompletion, kMan,
    };
    return rows;
}

}  // namespace vernier::cli
