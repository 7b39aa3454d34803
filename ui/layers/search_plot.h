// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/front_chart.h"
#include "ui/session/recipe_search.h"

namespace vernier::ui {

/// What is known of a search: its dots, the answer in a ring, the selected one with its words.
[[nodiscard]] FrontPlot frontPlot(const RecipeSearch& search);

/// "Found: 8.90 ms, 2.41x, drop 0.2 points." and how much was measured for it; what goes on while it runs.
[[nodiscard]] QString searchSentence(const RecipeSearch& search);

}  // namespace vernier::ui
