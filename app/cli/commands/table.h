// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace vernier::cli {

extern const Command kInspect;
extern const Command kStats;
extern const Command kPlan;
extern const Command kQuantize;
extern const Command kSensitivity;
extern const Command kMeasure;
extern const Command kCompare;
extern const Command kJudge;
extern const Command kReport;
extern const Command kRecipe;
extern const Command kLayers;
extern const Command kSearch;
extern const Command kCheck;
extern const Command kData;
extern const Command kVersion;
extern const Command kCompletion;
extern const Command kMan;

}  // namespace vernier::cli
