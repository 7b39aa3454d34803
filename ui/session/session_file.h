// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include <optional>

#include "core/base/json.h"
#include "core/evidence/compare.h"
#include "core/flow/measure_files.h"
#include "core/model/model.h"
#include "core/quant/recipe.h"
#include "ui/session/run.h"

namespace vernier::ui {

class Session;

/// What a `.vernier` file holds besides the model:
///   {"vernier_session": 1, "model": {"path", "sha256"}, "recipe": {...}, "dataset": {"path"} or null,
///    "gate": {"max_drop_points", "min_speedup"}, "measure": {"threads", "seconds", "samples", "sizes"},
///    "baseline": measurement or null, "runs": [{"id", "title", "recipe", "file", "sha256", "quantized", "measured", "estimate"}],
///    "comparison": document or null, "layers": evidence per layer or null, "search": front of recipes or null, "view": {"filter", "selection", "current",
///    "window"}, "copy_of": path}
/// Paths are relative to the file's folder where that is possible; runs' models lie in "NAME.runs" beside it.
struct SavedSession {
    Recipe recipe;
    QString dataset;  ///< absolute; empty when there is none
    Gate gate;
    MeasureSettings measure;
    std::optional<Measurement> baseline;
    QVector<Run> runs;
    std::optional<ComparedFiles> compared;  ///< its candidates are runs, by their ids
    QString filter;
    QVector<int> selection;
    int current = -1;
    Json view;       ///< of the window
    Json layers;     ///< as LayerStudy keeps it; null: the model was not analysed
    Json search;     ///< as RecipeSearch keeps it; null: there is none
    QString copyOf;  ///< the session file that this is a copy of; empty: of none
};

/// Whether the models of the runs are copied beside the session file.
enum class KeepRuns { beside_the_session, where_they_are };

/// Where the report of a session's comparison is kept, beside the models of its runs.
[[nodiscard]] QString reportOfSession(const QString& path);

/// Throws Error{not_found, bad_data}.
[[nodiscard]] Json readSessionFile(const QString& path);
/// Where the session's model should lie.
[[nodiscard]] QString modelOfSession(const Json& json, const QString& path);
/// Throws Error{bad_data} when the model is not the one of the session, or a part cannot be read.
/// A run whose file is gone or has changed keeps its figures and says so as its problem.
[[nodiscard]] SavedSession sessionFromJson(const Json& json, const QString& path, const Model& model);
/// Throws Error{cannot_write}. The session file is whole or untouched.
void writeSessionFile(const Session& session, const QString& path, KeepRuns runs);

}  // namespace vernier::ui
