// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <optional>

#include "core/quant/recipe.h"
#include "ui/session/queue.h"
#include "ui/session/search_values.h"

namespace vernier::ui {

class Document;
class Trials;

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
class RecipeSearch : public QObject {
    Q_OBJECT

public:
    RecipeSearch(Document& document, Trials& trials, Queue& queue);

    /// nullptr before anything is known.
    [[nodiscard]] const SearchValues* values() const { return values_ ? &*values_ : nullptr; }
    /// What values() was looked for with.
    [[nodiscard]] const SearchLimit& limit() const { return limit_; }
    /// What is missing before it can begin, as one sentence; empty when nothing is.
    [[nodiscard]] QString missing() const;
    [[nodiscard]] bool busy() const { return waiting_ || running_; }
    [[nodiscard]] bool running() const { return running_; }
    /// It was stopped before its end: the same search goes on where it was.
    [[nodiscard]] bool canResume() const { return stopped_ && !busy(); }
    /// Why the last one gave no result; empty otherwise.
    [[nodiscard]] const QString& problem() const { return problem_; }
    /// The dot whose recipe is the present one; -1 when it is another one.
    [[nodiscard]] int taken() const;

    void start(const SearchLimit& limit);
    void resume();
    /// The dot's recipe becomes the present one: one undo step. Gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> take(int dot);
    /// The recipe of a dot. Throws Error.
    [[nodiscard]] Recipe recipeOf(int dot) const;

signals:
    void changed();  ///< all of it

private:
    void clear();
    void enqueue();
    void finish(const QString& problem, bool stopped);
    [[nodiscard]] QString folder() const;
    [[nodiscard]] QStringList words();

    Document& document_;
    Trials& trials_;
    Queue& queue_;
    QTemporaryDir work_;
    std::optional<SearchValues> values_;
    SearchLimit limit_;
    Recipe base_;  ///< what it was begun with: its overrides are pinned
    QString dataset_;
    int taken_ = -1;
    Recipe takenRecipe_;
    bool waiting_ = false, running_ = false, stopped_ = false;
    QString problem_;
};

}  // namespace vernier::ui
