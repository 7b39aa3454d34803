// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <QVector>

#include <memory>
#include <optional>
#include <vector>

#include "core/data/dataset.h"
#include "core/evidence/compare.h"
#include "core/flow/executed.h"
#include "core/model/model.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"
#include "ui/session/document.h"
#include "ui/session/node_state.h"
#include "ui/session/planner.h"
#include "ui/session/queue.h"
#include "ui/session/run.h"
#include "ui/session/trials.h"

namespace vernier::ui {

class LayerStudy;
class RecipeSearch;

/// What the window works on, as its panels see it: the document, its plan, its trials and the queue of child processes. It
/// keeps nothing itself: panels read it and ask it for changes, it passes both on to who owns the value, and tells all
/// panels by signals; they never talk to each other. All of it lives on the GUI thread.
class Session : public QObject {
    Q_OBJECT

public:
    using State = Document::State;

    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    [[nodiscard]] Queue& queue() const { return *queue_; }
    [[nodiscard]] Document& document() const { return *document_; }
    [[nodiscard]] Trials& trials() const { return *trials_; }
    [[nodiscard]] LayerStudy& layers() const { return *layers_; }
    [[nodiscard]] RecipeSearch& search() const { return *search_; }

    // --- document -------------------------------------------------------------------------------------------------
    void open(const QString& path, const QString& modelFile = {}) { document_->open(path, modelFile); }
    void openCopy(const QString& path) { document_->openCopy(path); }
    void reload() { document_->reload(); }
    void close() { document_->close(); }
    [[nodiscard]] QString readingName() const { return document_->readingName(); }
    [[nodiscard]] State state() const { return document_->state(); }
    [[nodiscard]] double readTime() const { return document_->readTime(); }
    [[nodiscard]] double sinceOpened() const { return document_->sinceOpened(); }
    [[nodiscard]] const QString& error() const { return document_->error(); }
    [[nodiscard]] const ModelPtr& model() const { return document_->model(); }
    [[nodiscard]] const QString& modelPath() const { return document_->modelPath(); }
    [[nodiscard]] QString modelName() const { return document_->modelName(); }
    [[nodiscard]] int nodeCount() const { return document_->nodeCount(); }
    [[nodiscard]] const QString& damage() const { return document_->damage(); }
    [[nodiscard]] bool isSound() const { return document_->isSound(); }
    [[nodiscard]] QString lookOnly() const { return document_->lookOnly(); }
    [[nodiscard]] bool isQuantizedAlready() const { return document_->isQuantizedAlready(); }
    [[nodiscard]] const Json& inspection() const { return document_->inspection(); }
    [[nodiscard]] const QString& sessionPath() const { return document_->sessionPath(); }
    [[nodiscard]] bool isModified() const { return document_->isModified(); }
    void setView(const Json& view) { document_->setView(view); }
    [[nodiscard]] const Json& view() const { return document_->view(); }
    /// Writes the session file and copies the runs' models beside it. Gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> save(const QString& path);
    /// The same as a copy to come back to after a crash: runs' models stay where they are, and what is unsaved stays unsaved.
    [[nodiscard]] std::optional<QString> keepCopy(const QString& path) const;

    // --- recipe ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Recipe& recipe() const { return document_->recipe(); }
    [[nodiscard]] QUndoStack& undoStack() { return document_->undoStack(); }
    void setRecipe(const Recipe& recipe, const QString& text) { document_->setRecipe(recipe, text); }
    /// Says so where more nodes take the method than were meant by name: those on the same cards.
    void choose(const QVector<int>& nodes, std::optional<Method> method);
    void setCards(std::vector<std::vector<NodeId>> cards) { document_->setCards(std::move(cards)); }
    [[nodiscard]] std::vector<NodeId> cardOf(NodeId head) const { return document_->cardOf(head); }
    void chooseGranularity(const QVector<int>& nodes, bool perChannel) { document_->chooseGranularity(nodes, perChannel); }
    void setDefaultMethod(Method method) { document_->setDefaultMethod(method); }
    /// All nodes of an op type, by the rule "op:TYPE".
    void chooseByOp(const QString& opType, Method method) { document_->chooseBySelector(QStringLiteral("op:") + opType, method); }
    void chooseBySelector(const QString& selector, Method method) { document_->chooseBySelector(selector, method); }
    void chooseWholeModel(Method method) { document_->chooseWholeModel(method); }
    void removeRule(int index) { document_->removeRule(index); }
    void moveRule(int from, int to) { document_->moveRule(from, to); }
    void setCalibration(const Calibration& calibration) { document_->setCalibration(calibration); }
    [[nodiscard]] std::optional<QString> openRecipe(const QString& path) { return document_->openRecipe(path); }
    [[nodiscard]] std::optional<QString> saveRecipe(const QString& path) const { return document_->saveRecipe(path); }
    [[nodiscard]] const std::vector<Choice>& choices() const { return document_->choices(); }
    [[nodiscard]] QString ruleError(int index) const { return document_->ruleError(index); }
    [[nodiscard]] int ruleCount(int index) const { return document_->ruleCount(index); }
    [[nodiscard]] bool needsCalibration() const { return document_->needsCalibration(); }

    // --- what becomes of the nodes --------------------------------------------------------------------------------
    [[nodiscard]] const std::optional<Plan>& plan() const { return planner_->plan(); }  ///< nothing while it is made
    [[nodiscard]] const QString& planError() const { return planner_->error(); }
    /// What was written, where a run of this very recipe was made (its measurements can keep nodes in float); else the plan.
    [[nodiscard]] NodeState nodeState(NodeId node) const;
    [[nodiscard]] Totals totals() const;
    /// The run that this recipe was made into; nullptr when there is none.
    [[nodiscard]] const Run* madeRun() const { return trials_->madeRun(); }
    /// True where it is known what the runtime runs in madeRun().
    [[nodiscard]] bool knowsExecuted() const { return trials_->made().has_value() && !executed().empty(); }
    [[nodiscard]] const std::vector<Executed>& executed() const { return trials_->executed(); }

    // --- what all panels share ------------------------------------------------------------------------------------
    [[nodiscard]] Selection& selection() { return document_->selection(); }
    [[nodiscard]] const Selection& selection() const { return document_->selection(); }
    [[nodiscard]] Filter& filter() { return document_->filter(); }
    [[nodiscard]] const Filter& filter() const { return document_->filter(); }
    /// Something that the user should know went well, or did not.
    void tell(const QString& what) { emit told(what); }
    void complain(const QString& why) { emit complained(why); }

    // --- data and limits ------------------------------------------------------------------------------------------
    void setDataset(const QString& path) { document_->setDataset(path); }
    [[nodiscard]] const QString& datasetPath() const { return document_->datasetPath(); }
    [[nodiscard]] const DatasetPtr& dataset() const { return document_->dataset(); }
    [[nodiscard]] bool datasetBusy() const { return document_->datasetBusy(); }
    [[nodiscard]] const QString& datasetError() const { return document_->datasetError(); }
    [[nodiscard]] QString suggestedDataset() const { return document_->suggestedDataset(); }
    [[nodiscard]] const Gate& gate() const { return document_->gate(); }
    /// Limits are judged anew at once on the figures that are there. One undo step.
    void setGate(const Gate& gate) { document_->setGate(gate); }
    [[nodiscard]] const MeasureSettings& measureSettings() const { return document_->measureSettings(); }
    void setMeasureSettings(const MeasureSettings& settings) { document_->setMeasureSettings(settings); }

    // --- trials ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const std::optional<Measurement>& baseline() const { return trials_->baseline(); }
    [[nodiscard]] const QVector<Run>& runs() const { return trials_->runs(); }
    [[nodiscard]] const Run* run(int id) const { return trials_->run(id); }
    [[nodiscard]] int currentRun() const { return trials_->currentRun(); }
    void setCurrentRun(int id) { trials_->setCurrentRun(id); }
    int addCandidate(const QString& path) { return trials_->addCandidate(path); }
    void reloadRun(int id) { trials_->reloadRun(id); }
    void renameRun(int id, const QString& title) { trials_->renameRun(id, title); }
    void removeRun(int id) { trials_->removeRun(id); }
    void takeRecipeOf(int id) { trials_->takeRecipeOf(id); }
    [[nodiscard]] QString quantizeProblem() const { return trials_->quantizeProblem(); }
    [[nodiscard]] const Comparison* comparison() const { return trials_->comparison(); }
    [[nodiscard]] const std::optional<ComparedFiles>& compared() const { return trials_->compared(); }
    [[nodiscard]] Json comparisonJson() const { return trials_->comparisonJson(); }
    [[nodiscard]] const CandidateComparison* measured(int run) const { return trials_->measured(run); }

signals:
    void stateChanged();                                              ///< another model, or none: everything else is new as well
    void readingChanged();                                            ///< readingName()
    void modelMissing(const QString& session, const QString& model);  ///< after stateChanged or openRefused: the session's model is gone
    void restored();                                                  ///< recipe, runs, filter, selection and view() of a session file are there
    void told(const QString& what);
    void complained(const QString& why);
    void openRefused(const QString& why);  ///< another file could not be opened; the open model is as it was
    void recipeChanged();                  ///< recipe and choices
    void planChanged();                    ///< plan, totals, applied methods
    void datasetChanged();
    void datasetRefused(const QString& why);  ///< another dataset could not be opened; the open one is as it was
    void gateChanged();
    void measureSettingsChanged();
    void sizesChanged();  ///< open axes count as others: model() is another one with the same nodes, its work counted anew
    void runsChanged();   ///< baseline, runs, comparison
    void currentRunChanged();
    void inspectionChanged();
    void modifiedChanged();
    void cardsChanged();  ///< which nodes share a card

private:
    void followDocument();
    void makePlan();
    [[nodiscard]] std::optional<QString> write(const QString& path, KeepRuns runs) const;
    [[nodiscard]] const Plan* shownPlan() const;  ///< what was written, or what will be

    // In the order in which they stand on each other.
    std::unique_ptr<Queue> queue_;
    std::unique_ptr<Document> document_;
    std::unique_ptr<Planner> planner_;
    std::unique_ptr<Trials> trials_;
    std::unique_ptr<LayerStudy> layers_;
    std::unique_ptr<RecipeSearch> search_;
};

}  // namespace vernier::ui
