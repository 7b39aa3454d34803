// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/recipe_search.h"

#include <QDir>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "ui/session/command.h"
#include "ui/session/document.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session_file.h"
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

constexpr std::array<std::pair<SearchLimit::Of, const char*>, 3> kLimits = {
    {{SearchLimit::Of::drop, "drop"}, {SearchLimit::Of::agreement, "agreement"}, {SearchLimit::Of::sqnr, "sqnr"}}};

const char* name(SearchLimit::Of of) {
    return std::find_if(kLimits.begin(), kLimits.end(), [of](const auto& each) { return each.first == of; })->second;
}

/// Throws std::runtime_error for a name that is none.
SearchLimit limitFrom(const Json& json) {
    const auto wanted = json.at("of").get<std::string>();
    const auto found = std::find_if(kLimits.begin(), kLimits.end(), [&wanted](const auto& each) { return wanted == each.second; });
    if (found == kLimits.end()) {
        throw std::runtime_error("unknown limit \"" + wanted + "\"");
    }
    return {found->first, json.at("bound").get<double>(), json.at("minutes").get<double>()};
}

}  // namespace

RecipeSearch::RecipeSearch(Document& document, Trials& trials, Queue& queue)
    : Study(trials, queue), document_(document), work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {
    connect(&document, &Document::closing, this, &RecipeSearch::clear);
    connect(&document, &Document::restoring, this, &RecipeSearch::restore);
    for (const auto signal : {&Document::recipeChanged, &Document::datasetChanged, &Document::gateChanged, &Document::closed}) {
        connect(&document, signal, this, &RecipeSearch::changed);
    }
}

void RecipeSearch::clear() {
    values_.reset();
    json_ = {};
    kept_.clear();
    forget();
    stopped_ = false;
    taken_ = -1;
}

void RecipeSearch::takeValues(const Json& document) {
    values_ = searchValuesFrom(document, *document_.model());
    json_ = document;
}

Json RecipeSearch::saved() const {
    if (!values_) {
        return {};
    }
    Json json{{"model_sha256", sha256_}, {"base", to_json(base_)}, {"dataset", dataset_.toStdString()}, {"taken", taken()}, {"document", json_}};
    json["limit"] = {{"of", name(limit_.of)}, {"bound", limit_.bound}, {"minutes", limit_.minutes}};
    json["recipes"] = Json::object();
    for (const SearchDot& dot : values_->front) {
        if (!dot.recipe.isEmpty()) {
            try {
                json["recipes"][dot.recipe.toStdString()] = to_json(written(dot.recipe));
            } catch (const Error&) {
                continue;  // its dot says so when it is taken
            }
        }
    }
    return json;
}

/// What cannot be read is as good as not looked for: everything else of the session holds without it.
void RecipeSearch::restore(const SavedSession& saved) {
    if (!saved.search.is_object()) {
        return;
    }
    try {
        const Json& json = saved.search;
        takeValues(json.at("document"));
        sha256_ = json.at("model_sha256").get<std::string>();
        base_ = recipe_from_json(json.at("base"));
        dataset_ = QString::fromStdString(json.at("dataset").get<std::string>());
        limit_ = limitFrom(json.at("limit"));
        for (const auto& [file, recipe] : json.at("recipes").items()) {
            kept_.insert_or_assign(QString::fromStdString(file), recipe_from_json(recipe));
        }
        const int taken = json.at("taken").get<int>();
        if (taken >= 0 && taken < static_cast<int>(values_->front.size())) {
            takenRecipe_ = recipeOf(taken);
            taken_ = taken;
        }
    } catch (const std::exception& error) {
        clear();
        queue_.note(tr("the search of the session cannot be read: %1").arg(QString::fromUtf8(error.what())));
    }
    emit changed();
}

QString RecipeSearch::staleness() const {
    if (!values_ || !document_.model() || busy()) {
        return {};
    }
    return document_.model()->sha256() != sha256_ ? tr("The model has changed since: these are figures of the model before.")
           : document_.datasetPath() != dataset_  ? tr("The data have changed since: these are figures on the data before.")
                                                  : QString();
}

QString RecipeSearch::missing() const { return missingForSamples(document_, work_, tr("Recipes are measured on samples. Pick a dataset in the Data tab.")); }

int RecipeSearch::taken() const { return taken_ >= 0 && without_anchors(document_.recipe()) == without_anchors(takenRecipe_) ? taken_ : -1; }

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
    return words + runWords(document_.measureSettings(), *document_.model()) + QStringList{QStringLiteral("-o"), folder()};
}

void RecipeSearch::start(const SearchLimit& limit) {
    if (refused()) {
        return;
    }
    // A recipe of the front is an answer, not a wish: what it chose is not pinned.
    if (taken() < 0 || values_ == std::nullopt) {
        base_ = document_.usableRecipe();
    }
    limit_ = limit;
    dataset_ = document_.datasetPath();
    sha256_ = document_.model()->sha256();
    values_.reset();
    json_ = {};
    kept_.clear();
    taken_ = -1;
    enqueue();
}

void RecipeSearch::resume() {
    if (canResume() && missing().isEmpty()) {
        enqueue();
    }
}

void RecipeSearch::answered(const Json& result) {
    takeValues(result);
    document_.touch();
    stopped_ = values_->end == QLatin1String("undecided");
}

void RecipeSearch::enqueue() {
    stopped_ = false;
    ask(tr("Looking for a recipe"), QStringLiteral("search"), [this](const Json& value) {
        if (value.contains("front")) {  // others are of what a search does before it has one
            takeValues(value);
            emit changed();
        }
    });
}

/// A recipe file of the search. Throws Error.
Recipe RecipeSearch::written(const QString& file) const {
    const auto kept = kept_.find(file);
    return kept != kept_.end() ? kept->second : read_recipe(QDir(folder()).filePath(file).toStdString());
}

Recipe RecipeSearch::recipeOf(int dot) const {
    const SearchDot& point = values_->front.at(static_cast<std::size_t>(dot));
    if (!point.recipe.isEmpty()) {
        return reanchored(written(point.recipe), *document_.model());
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
