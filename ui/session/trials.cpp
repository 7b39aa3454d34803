// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/trials.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

#include "core/base/temporary.h"
#include "core/evidence/compare.h"
#include "core/report/documents.h"
#include "ui/session/plain_title.h"
#include "ui/session/undo_step.h"

namespace vernier::ui {

Trials::Trials(Document& document, const Planner& planner, Queue& queue)
    : document_(document), planner_(planner), queue_(queue), work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {
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
}

void Trials::restore(const SavedSession& saved) {
    baseline_ = saved.compared ? std::nullopt : saved.baseline;
    runs_ = saved.runs;
    for (const Run& run : runs_) {
        nextRun_ = std::max(nextRun_, run.id + 1);
    }
    comparison_ = saved.compared;
    nameCandidates();
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

const Measurement* Trials::baseline() const {
    if (comparison_) {
        return &comparison_->comparison.baseline.measurement;
    }
    return baseline_ ? &*baseline_ : nullptr;
}

Json Trials::comparisonJson() const { return comparison_ ? to_json(*comparison_, false) : Json(); }

const CandidateComparison* Trials::measured(int run) const {
    if (!comparison_) {
        return nullptr;
    }
    const auto& all = comparison_->comparison.candidates;
    const auto found = std::find_if(all.begin(), all.end(), [run](const CandidateComparison& each) { return each.id == run; });
    return found == all.end() ? nullptr : &*found;
}

std::string Trials::sha256Of(const Run& run) const {
    const CandidateComparison* candidate = measured(run.id);
    return candidate != nullptr ? candidate->hash() : run.madeSha256();
}

void Trials::judgeAgain() {
    if (!comparison_) {
        return;
    }
    Gate usable = document_.gate();
    if (!comparison_->comparison.baseline.measurement.accuracy) {
        usable.max_drop_points.reset();  // there was no top-1: nothing can be said of it
    }
    judge_again(*comparison_, usable);
}

void Trials::nameCandidates() {
    if (!comparison_) {
        return;
    }
    for (CandidateComparison& candidate : comparison_->comparison.candidates) {
        if (const Run* own = run(candidate.id)) {
            candidate.title = own->title.toStdString();
        }
    }
}

const Run* Trials::run(int id) const {
    const auto it = std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    return it == runs_.end() ? nullptr : &*it;
}

Run* Trials::editRun(int id) {
    const auto it = std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    return it == runs_.end() ? nullptr : &*it;
}

int Trials::addRun(const Recipe& recipe, const QString& wanted) {
    const QString title = plainTitle(wanted);
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
    const QString wanted = plainTitle(title.trimmed());
    if (run != nullptr && !wanted.isEmpty() && run->title != wanted) {
        document_.undoStack().push(new UndoStep(
            tr("Rename “%1”").arg(run->title), [this, id, wanted] { applyTitle(id, wanted); }, [this, id, before = run->title] { applyTitle(id, before); }));
    }
}

void Trials::applyTitle(int id, const QString& title) {
    if (Run* run = editRun(id)) {
        run->title = title;
        nameCandidates();
        touchAndTell();
    }
}

void Trials::dropComparison(int id) {
    if (measured(id) == nullptr) {
        return;
    }
    auto& candidates = comparison_->comparison.candidates;
    std::erase_if(candidates, [id](const CandidateComparison& each) { return each.id == id; });
    if (candidates.empty()) {
        baseline_ = std::move(comparison_->comparison.baseline.measurement);
        comparison_.reset();
    }
    judgeAgain();
}

/// A run that was taken out, and the comparison as it was with it.
struct Trials::DroppedRun {
    Run run;
    std::ptrdiff_t position = 0;
    std::string measured;  ///< date of the baseline that its figures stand against
    std::optional<ComparedFiles> compared;
};

void Trials::removeRun(int id) {
    const Run* gone = run(id);
    if (gone == nullptr || gone->state == Run::State::quantizing || gone->state == Run::State::measuring) {
        return;
    }
    DroppedRun dropped{*gone, gone - runs_.constData(), baseline() != nullptr ? baseline()->date : std::string(), {}};
    if (measured(id) != nullptr) {
        dropped.compared = comparison_;
    }
    document_.undoStack().push(new UndoStep(
        tr("Remove “%1”").arg(gone->title), [this, id] { dropRun(id); }, [this, dropped] { bringBack(dropped); }));
}

/// Puts a run back in its place, with its figures where the others still stand against the same baseline.
void Trials::bringBack(const DroppedRun& dropped) {
    const auto place = runs_.begin() + std::min<std::ptrdiff_t>(dropped.position, runs_.size());
    Run run = dropped.run;
    const bool same = dropped.compared && baseline() != nullptr && baseline()->date == dropped.measured;
    if (dropped.compared && !same) {
        run.state = Run::State::quantized;
    }
    if (same) {
        const auto& all = dropped.compared->comparison.candidates;
        const auto own = std::find_if(all.begin(), all.end(), [&run](const CandidateComparison& each) { return each.id == run.id; });
        if (!comparison_) {
            comparison_ = dropped.compared;
            comparison_->comparison.candidates.clear();
            baseline_.reset();
        }
        auto& candidates = comparison_->comparison.candidates;
        const auto before = std::count_if(runs_.begin(), place, [this](const Run& other) { return measured(other.id) != nullptr; });
        candidates.insert(candidates.begin() + before, *own);
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
    for (Run& run : runs_) {
        if (run.state == Run::State::measured) {
            run.state = Run::State::quantized;
        }
    }
    touchAndTell();
}

void Trials::setComparison(const Json& json, const QVector<int>& runIds) {
    ComparedFiles compared = compared_from_json(json);
    auto& candidates = compared.comparison.candidates;
    for (std::size_t i = 0; i < candidates.size(); ++i) {  // the runs' files were named in this order
        candidates[i].id = i < std::size_t(runIds.size()) ? runIds[qsizetype(i)] : 0;
    }
    std::erase_if(candidates, [this](const CandidateComparison& each) { return run(each.id) == nullptr; });
    for (Run& run : runs_) {
        if (!runIds.contains(run.id) && measured(run.id) != nullptr) {
            run.state = Run::State::failed;  // it is no candidate of this comparison: its file is gone or has changed
        }
    }
    for (const CandidateComparison& candidate : candidates) {
        Run* run = editRun(candidate.id);
        run->state = Run::State::measured;
        run->problem.clear();
    }
    baseline_.reset();
    comparison_ = std::move(compared);
    nameCandidates();
    judgeAgain();  // by the limits of now: they may have changed while it was measured
    touchAndTell();
}

}  // namespace vernier::ui
