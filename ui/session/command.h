// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

#include "core/model/model.h"
#include "core/quant/recipe.h"

class QTemporaryDir;

namespace vernier::ui {

class Document;
struct MeasureSettings;
struct Run;

/// What a `quantize` command is made of.
struct QuantizeWords {
    Recipe recipe;
    QString model;    ///< absolute path
    QString dataset;  ///< empty: none
    QString out;      ///< file to write
};

/// The command as a user would type it. Where options cannot say all of the recipe (granularity of single nodes, a
/// percentile, very many rules), it names a recipe file, which is written into the user's data folder: the command makes the
/// same file as the window, byte for byte. Throws Error{cannot_write}.
[[nodiscard]] QString quantizeCommandOf(const QuantizeWords& words);

/// Writes the recipe into the user's data folder, where it stays, under a name of its own content: the same recipe is the
/// same file. Throws Error{cannot_write}.
[[nodiscard]] QString keptRecipe(const Recipe& recipe);

/// The recipe that --method, --set, --per-tensor, --calibration and --samples say, when they say all of it.
[[nodiscard]] std::optional<QString> recipeOptions(const Recipe& recipe);

/// The words that say what open axes count as: "--dim height=640", "--shape input=1x3x640x640".
[[nodiscard]] QStringList sizeWords(const MeasureSettings& settings, const Model& model);

/// The same and the execution provider, for commands that run models.
[[nodiscard]] QStringList runWords(const MeasureSettings& settings, const Model& model);

/// What is missing before a command that measures on samples can be made, as one sentence; empty when nothing is. noData: what it needs
/// the samples for; work: where it writes.
[[nodiscard]] QString missingForSamples(const Document& document, const QTemporaryDir& work, const QString& noData);

/// "model.int8-static.onnx": what a run's file is called beside its model; the present recipe's without a run.
[[nodiscard]] QString candidateName(const Document& document, const Run* run);

}  // namespace vernier::ui
