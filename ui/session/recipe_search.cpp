// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_search.h"

#include <QDir>

#include <cstddef>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "ui/session/command.h"
#include "ui/session/document.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/trials.h"

namespace vernier::ui {

namespace {

QString optionOf(SearchLimit::Of of) {
    switch (of) {
        case SearchLimit::Of::drop: return QStringLiteral("--max-drop");
        case SearchLimit::Of::agreement: return QStringLiteral("--min-agreement");
        case SearchLimit::Of::sqnr: return QStringLiteral("--min-sqnr");
    }
    return {};
}

}  // namespace

RecipeSearch::RecipeSearch(Document& document, Trials& trials, Queue& queue)
    : document_(document), trials_(trials), queue_(queue), work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {
    connect(&document, &Document::closing, this, &RecipeSearch::clear);
    for (const auto signal : {&Document::recipeChanged, &Document::datasetChanged, &Document::gateChanged, &Document::closed}) {
        connect(&document, signal, this, &RecipeSearch::changed);
    }
}

void RecipeSearch::clear() {
    values_.reset();
    problem_.clear();
    waiting_ = running_ = stopped_ = false;
    taken_ = -1;
}

QString RecipeSearch::missing() const {
    return !document_.model()                    ? tr("Open a model first.")
           : !document_.isSound()                ? document_.lookOnly()
           : document_.datasetPath().isEmpty()   ? tr("Recipes are measured on samples. Pick a dataset in the Data tab.")
           : !document_.datasetError().isEmpty() ? tr("The dataset cannot be read: %1").arg(document_.datasetError())
           : !work_.isValid()                    ? tr("The temporary folder cannot be used: %1").arg(work_.errorString())
                                                 : QString();
}

int RecipeSearch::taken() const { return taken_ >= 0 && document_.recipe() == takenRecipe_ ? taken_ : -1; }

QString RecipeSearch::folder() const { return QDir(work_.path()).filePath(QStringLiteral("search")); }

QStringList RecipeSearch::words() {
    const QString recipe = QDir(work_.path()).filePath(QStringLiteral("search.recipe.json"));
    write_file(recipe.toStdString(), to_json(base_).dump(2) + "\n");
    QStringList words{QStringLiteral("search"),   document_.modelPath(),
                      QStringLiteral("--data"),   dataset_,
                      QStringLiteral("--recipe"), recipe,
                      optionOf(limit_.of),        QString::number(limit_.bound, 'g', 6),
                      QStringLiteral("--budget"), QString::number(limit_.minutes, 'g', 6)};
    if (document_.gate().min_speedup) {
        words << QStringLiteral("--min-speedup") << QString::number(*document_.gate().min_speedup, 'g', 6);
    }
    return words + sizeWords(document_.measureSettings(), *document_.model()) + QStringList{QStringLiteral("-o"), folder()};
}

void RecipeSearch::start(const SearchLimit& limit) {
    if (const QString why = missing(); !why.isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), why, 64});
        return;
    }
    // A recipe of the front is an answer, not a wish: what it chose is not pinned.
    if (taken() < 0 || values_ == std::nullopt) {
        base_ = document_.usableRecipe();
    }
    limit_ = limit;
    dataset_ = document_.datasetPath();
    values_.reset();
    taken_ = -1;
    enqueue();
}

void RecipeSearch::resume() {
    if (canResume() && missing().isEmpty()) {
        enqueue();
    }
}

void RecipeSearch::finish(const QString& problem, bool stopped) {
    waiting_ = running_ = false;
    stopped_ = stopped;
    problem_ = problem;
    emit changed();
}

void RecipeSearch::enqueue() {
    queue_.clearProblem();
    waiting_ = true;
    stopped_ = false;
    problem_.clear();
    queue_.enqueue({.title = tr("Looking for a recipe"),
                    .newest = QStringLiteral("search"),
                    .words = [this] { return trials_.unlessChanged([this] { return words(); }); },
                    .started =
                        [this] {
                            waiting_ = false;
                            running_ = true;
                            emit changed();
                        },
                    .partial =
                        [this](const Json& value) {
                            if (value.contains("front")) {  // others are of what a search does before it has one
                                values_ = searchValuesFrom(value, *document_.model());
                                emit changed();
                            }
                        },
                    .finished = [this](const Json& result) -> std::optional<Problem> {
                        values_ = searchValuesFrom(result, *document_.model());
                        finish({}, values_->end == QLatin1String("undecided"));
                        return std::nullopt;
                    },
                    .failed = [this](const Problem& problem) { finish(problem.cancelled() ? QString() : problem.message, true); },
                    .dropped = [this] { finish({}, true); }});
    emit changed();
}

Recipe RecipeSearch::recipeOf(int dot) const {
    const SearchDot& point = values_->front.at(static_cast<std::size_t>(dot));
    if (!point.recipe.isEmpty()) {
        return reanchored(read_recipe(QDir(folder()).filePath(point.recipe).toStdString()), *document_.model());
    }
    // Not written yet: it is the recipe that was begun with, and these nodes in float.
    Recipe recipe = base_;
    if (const auto method = method_from_id(values_->method.toStdString())) {
        recipe.default_method = *method;
    } else if (recipe.default_method == Method::fp32) {
        recipe.default_method = Method::int8_static;
    }
    return with_choice(recipe, {point.floatNodes.begin(), point.floatNodes.end()}, Method::fp32);
}

std::optional<QString> RecipeSearch::take(int dot) {
    if (!values_ || dot < 0 || dot >= static_cast<int>(values_->front.size())) {
        return std::nullopt;
    }
    try {
        takenRecipe_ = recipeOf(dot);
        taken_ = dot;
        document_.setRecipe(takenRecipe_, tr("Recipe %1 of the search").arg(dot + 1));
    } catch (const Error& error) {
        taken_ = -1;
        return QString::fromStdString(error.line());
    }
    emit changed();
    return std::nullopt;
}

}  // namespace vernier::ui
