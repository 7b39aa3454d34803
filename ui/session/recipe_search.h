// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <map>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/quant/recipe.h"
#include "ui/session/search_values.h"
#include "ui/session/study.h"

namespace vernier::ui {

class Document;
struct SavedSession;

/// What a recipe must keep to, and how long is looked for it.
struct SearchLimit {
    enum class Of { drop, agreement, sqnr };
    Of of = Of::drop;
    double bound = 0.5;  ///< points of top-1, percent of samples, dB
    double minutes = 5;
    bool operator==(const SearchLimit&) const = default;
};

/// Looks for the fastest recipe within a limit: it makes the command `search`, keeps what it has found so far, and takes a
/// recipe of the front over.
class RecipeSearch : public Study {
    Q_OBJECT

public:
    RecipeSearch(Document& document, Trials& trials, Queue& queue);

    /// nullptr before anything is known.
    [[nodiscard]] const SearchValues* values() const { return values_ ? &*values_ : nullptr; }
    /// What values() was looked for with.
    [[nodiscard]] const SearchLimit& limit() const { return limit_; }
    /// What has changed since it was looked for, as one sentence; empty where nothing has.
    [[nodiscard]] QString staleness() const;
    [[nodiscard]] QString missing() const override;
    /// It was stopped before its end: the same search goes on where it was.
    [[nodiscard]] bool canResume() const { return stopped_ && !busy(); }
    /// The dot whose recipe is the present one; -1 when it is another one.
    [[nodiscard]] int taken() const;

    void start(const SearchLimit& limit);
    void resume();
    /// The dot's recipe becomes the present one: one undo step. Gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> take(int dot);
    /// What a session file keeps of it, with the recipes of the front: null before anything is known.
    [[nodiscard]] Json saved() const;
    /// The recipe of a dot. Throws Error.
    [[nodiscard]] Recipe recipeOf(int dot) const;

private:
    void clear();
    void restore(const SavedSession& saved);
    void takeValues(const Json& document);
    [[nodiscard]] Recipe written(const QString& file) const;
    void enqueue();
    void answered(const Json& result) override;
    void unanswered() override { stopped_ = true; }
    [[nodiscard]] QString folder() const;
    [[nodiscard]] QStringList words() override;

    Document& document_;
    QTemporaryDir work_;
    std::optional<SearchValues> values_;
    Json json_;                       ///< that values_ were read from
    std::map<QString, Recipe> kept_;  ///< recipe files of a search that a session file kept
    std::string sha256_;              ///< of the model that it was looked for
    SearchLimit limit_;
    Recipe base_;  ///< what it was begun with: its overrides are pinned
    QString dataset_;
    int taken_ = -1;
    Recipe takenRecipe_;
    bool stopped_ = false;
};

}  // namespace vernier::ui
