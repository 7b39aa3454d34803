// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "core/quant/recipe.h"

namespace vernier::ui {

class Session;
struct Run;

/// What a `quantize` command is made of.
struct QuantizeWords {
    Recipe recipe;
    QString model;     ///< absolute path
    QString dataset;   ///< empty: none
    QString out;       ///< file to write
};

/// The command as a user would type it. Where options cannot say all of the recipe (granularity of single nodes, a
/// percentile, very many rules), it names a recipe file, which is written into the user's data folder: the command makes the
/// same file as the window, byte for byte. Throws Error{cannot_write}.
[[nodiscard]] QString quantizeCommandOf(const QuantizeWords& words);

/// The recipe that --method, --set, --per-tensor, --calibration and --samples say, when they say all of it.
[[nodiscard]] std::optional<QString> recipeOptions(const Recipe& recipe);

/// "model.int8-static.onnx": what a run's file is called beside its model; the present recipe's without a run.
[[nodiscard]] QString candidateName(const Session& session, const Run* run);

}  // namespace vernier::ui
