// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/trials.h"

#include <QFileInfo>

#include <algorithm>

#include "core/base/temporary.h"
#include "core/evidence/compare.h"
#include "core/report/documents.h"
#include "core/report/verdict.h"
#include "ui/session/undo_step.h"

namespace vernier::ui {

namespace {

QString textOf(const Json& document, const char* key) {
    const auto verdict = document.is_object() ? document.find("verdict") : document.end();
    if (!document.is_object() || verdict == document.end() || !verdict->is_object()) {
        return {};
    }
    const auto it = verdict->find(key);
    return it != verdict->end() && it->is_string() ? QString::fromStdString(it->get<std::string>()) : QString();
}

}  // namespace

Trials::Trials(Document& document, const Planner& planner, Queue& queue)
    : document_(document), planner_(planner), queue_(queue),
      work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {
    connect(&document, &Document::closing, this, &Trials::clear);
    connect(&document, &Document::closed, this, &Trials::changed);
    connect(&document, &Document::opened, this, &Trials::modelOpened);
    connect(&document, &Document::restoring, this, &Trials::restore);
    connect(&document, &Document::dataReplaced, this, &Trials::dataReplaced);
    connect(&document, &Document::gateChanged, this, [this] {
        judgeAgain();
        emit changed();
    });
    connect(&document, &Document::recipeChanged, this, &Trials::findMade);
    // Before any panel hears of these.
    connect(this, &Trials::changed, this, &Trials::findMade);
    connect(this, &Trials::currentChanged, this, &Trials::findMade);
}

void Trials::clear() {
    queue_.abandon();
    made_.reset();
    executed_.clear();
    madeBy_ = 0;
    baseline_.reset();
    runs_.clear();
    nextRun_ = 1;
    currentRun_ = 0;
    comparison_.reset();
    comparisonJson_ = {};
}

void Trials::restore(const SavedSession& saved) {
    baseline_ = saved.baseline;
    runs_ = saved.runs;
    for (const Run& run : runs_) {
        nextRun_ = std::max(nextRun_, run.id + 1);
    }
    comparisonJson_ = saved.comparisonJson;
    comparison_ = saved.comparison;
    judgeAgain();
}

void Trials::dataReplaced() {
    if (queue_.busy()) {
        queue_.note(tr("the data changed: the job on the other data was stopped"));
        queue_.cancel();
    }
    setBaseline(std::nullopt);
}

void Trials::touchAndTell() {
    document_.touch();
    emit changed();
}

void Trials::judgeAgain() {
    if (!comparison_) {
        return;
    }
    Gate usable = document_.gate();
    if (!comparison_->baseline.accuracy) {
        usable.max_drop_points.reset();  // there was no top-1: nothing can be said of it
    }
    judge_again(*comparison_, usable);
    std::size_t candidate = 0;
    for (Run& run : runs_) {
        if (run.comparison && candidate < comparison_->candidates.size()) {
            run.comparison = comparison_->candidates[candidate++];
        }
    }
    // The document is what a session file keeps: what was judged follows the new limits.
    judge_document(comparisonJson_, *comparison_);
}

const Run* Trials::run(int id) const {
    const auto it = std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    return it == runs_.end() ? nullptr : &*it;
}

Run* Trials::editRun(int id) {
    const auto it = std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    return it == runs_.end() ? nullptr : &*it;
}

int Trials::addRun(const Recipe& recipe, const QString& title) {
    Run run;
    run.id = nextRun_++;
    run.recipe = recipe;
    run.title = title;
    // Two runs of one title could not be told apart in a chart.
    for (int again = 2; std::any_of(runs_.begin(), runs_.end(), [&run](const Run& other) { return other.title == run.title; }); ++again) {
        run.title = QStringLiteral("%1 (%2)").arg(title).arg(again);
    }
    runs_.push_back(run);
    touchAndTell();
    return run.id;
}

int Trials::addCandidate(const QString& path) {
    const int id = addRun(Recipe{}, QFileInfo(path).completeBaseName());
    Run* run = editRun(id);
    run->foreign = true;
    run->file = QFileInfo(path).absoluteFilePath();
    files_.remember(run->file);
    run->state = Run::State::quantized;
    emit changed();
    return id;
}

void Trials::setCurrentRun(int id) {
    if (id != currentRun_ && (id == 0 || run(id) != nullptr)) {
        currentRun_ = id;
        emit currentChanged();
    }
}

void Trials::renameRun(int id, const QString& title) {
    const Run* run = this->run(id);
    const QString wanted = title.trimmed();
    if (run != nullptr && !wanted.isEmpty() && run->title != wanted) {
        document_.undoStack().push(new UndoStep(tr("Rename “%1”").arg(run->title), [this, id, wanted] { applyTitle(id, wanted); },
                                [this, id, before = run->title] { applyTitle(id, before); }));
    }
}

void Trials::applyTitle(int id, const QString& title) {
    if (Run* run = editRun(id)) {
        run->title = title;
        touchAndTell();
    }
}

void Trials::dropComparison(int id) {
    Run* gone = editRun(id);
    if (gone == nullptr || !gone->comparison) {
        return;
    }
    // The comparison's candidates stand in the order of the measured runs: take the same one out of it.
    if (comparison_) {
        std::size_t position = 0;
        for (const Run& run : runs_) {
            if (run.id == id) {
                break;
            }
            position += run.comparison ? 1 : 0;
        }
        if (position < comparison_->candidates.size()) {
            comparison_->candidates.erase(comparison_->candidates.begin() + static_cast<std::ptrdiff_t>(position));
            comparisonJson_["candidates"].erase(position);
        }
    }
    gone->comparison.reset();
    if (comparison_ && comparison_->candidates.empty()) {
        comparison_.reset();
        comparisonJson_ = {};
    }
    judgeAgain();
}

/// A run that was taken out, and the comparison as it was with it.
struct Trials::DroppedRun {
    Run run;
    std::ptrdiff_t position = 0;
    std::string measured;   ///< date of the baseline that its figures stand against
    std::optional<Comparison> comparison;
    Json comparisonJson;
};

void Trials::removeRun(int id) {
    const Run* gone = run(id);
    if (gone == nullptr || gone->state == Run::State::quantizing || gone->state == Run::State::measuring) {
        return;
    }
    DroppedRun dropped{*gone, gone - runs_.constData(), baseline_ ? baseline_->date : std::string(), comparison_, comparisonJson_};
    document_.undoStack().push(new UndoStep(tr("Remove “%1”").arg(gone->title), [this, id] { dropRun(id); }, [this, dropped] { bringBack(dropped); }));
}

/// Puts a run back in its place, with its figures where the others still stand against the same baseline.
void Trials::bringBack(const DroppedRun& dropped) {
    const auto place = runs_.begin() + std::min<std::ptrdiff_t>(dropped.position, runs_.size());
    Run run = dropped.run;
    const bool same = run.comparison && baseline_ && baseline_->date == dropped.measured;
    if (!same && run.comparison) {
        run.comparison.reset();
        run.state = Run::State::quantized;
    }
    if (same && !comparison_) {
        comparison_ = dropped.comparison;
        comparisonJson_ = dropped.comparisonJson;
    } else if (same) {
        const auto candidate = std::count_if(runs_.begin(), place, [](const Run& other) { return other.comparison.has_value(); });
        const Json& kept = dropped.comparisonJson["candidates"];
        const auto index = std::min(static_cast<std::size_t>(candidate), kept.size() - 1);
        comparison_->candidates.insert(comparison_->candidates.begin() + candidate, *run.comparison);
        comparisonJson_["candidates"].insert(comparisonJson_["candidates"].begin() + candidate, kept.at(index));
    }
    runs_.insert(place, run);
    judgeAgain();
    touchAndTell();
    setCurrentRun(run.id);
}

void Trials::dropRun(int id) {
    if (run(id) == nullptr) {
        return;
    }
    dropComparison(id);
    runs_.erase(std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; }));
    if (currentRun_ == id) {
        setCurrentRun(0);
    }
    touchAndTell();
}

void Trials::reloadRun(int id) {
    Run* run = editRun(id);
    if (run == nullptr || run->file.isEmpty()) {
        return;
    }
    dropComparison(id);
    run->foreign = true;  // the recipe says nothing about what somebody else wrote there
    run->quantized = {};
    run->changed = false;
    run->problem.clear();
    run->state = Run::State::quantized;
    files_.remember(run->file);
    touchAndTell();
}

void Trials::takeRecipeOf(int id) {
    if (const Run* source = run(id); source != nullptr && !source->foreign) {
        document_.setRecipe(source->recipe, tr("Recipe of “%1”").arg(source->title));
    }
}

void Trials::setBaseline(std::optional<Measurement> baseline) {
    if (!baseline && !baseline_ && !comparison_) {
        return;
    }
    baseline_ = std::move(baseline);
    // Ratios against another baseline would be wrong: they come back with the next comparison.
    comparison_.reset();
    comparisonJson_ = {};
    for (Run& run : runs_) {
        if (run.state == Run::State::measured) {
            run.state = Run::State::quantized;
        }
        run.comparison.reset();
    }
    touchAndTell();
}

void Trials::setComparison(const Json& json, const QVector<int>& runIds) {
    Comparison comparison = comparison_from_json(json);
    baseline_ = comparison.baseline;
    for (Run& run : runs_) {
        if (!runIds.contains(run.id) && run.comparison) {
            run.comparison.reset();  // it is no candidate of this comparison: its file is gone or has changed
            run.state = Run::State::failed;
        }
    }
    for (qsizetype i = 0; i < runIds.size() && i < static_cast<qsizetype>(comparison.candidates.size()); ++i) {
        if (Run* run = editRun(runIds[i])) {
            run->comparison = comparison.candidates[static_cast<std::size_t>(i)];
            run->state = Run::State::measured;
            run->problem.clear();
        }
    }
    comparison_ = std::move(comparison);
    comparisonJson_ = json;
    judgeAgain();  // by the limits of now: they may have changed while it was measured
    touchAndTell();
}

QString Trials::verdictTitle() const {
    return textOf(comparisonJson_, "title");
}

QString Trials::verdictText() const {
    return textOf(comparisonJson_, "text");
}

std::optional<bool> Trials::verdictWorth() const {
    const auto verdict = comparisonJson_.is_object() ? comparisonJson_.find("verdict") : comparisonJson_.end();
    if (!comparisonJson_.is_object() || verdict == comparisonJson_.end() || !verdict->is_object()) {
        return std::nullopt;
    }
    const auto worth = verdict->find("worth");
    return worth != verdict->end() && worth->is_boolean() ? std::optional(worth->get<bool>()) : std::nullopt;
}

}  // namespace vernier::ui
