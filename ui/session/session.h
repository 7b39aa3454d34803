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
class RecipeView;

/// What the window works on, as its panels see it: the document, its plan, its trials and the queue of child processes. It
/// keeps nothing itself. Here stands what most panels read; the rest, and nearly all changes, are asked of who owns the value
/// (document(), trials(), queue()). It tells all panels by signals; they never talk to each other. All of it lives on the GUI
/// thread.
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
    [[nodiscard]] RecipeView& recipeView() const { return *recipeView_; }

    // --- document -------------------------------------------------------------------------------------------------
    void open(const QString& path, const QString& modelFile = {}) { document_->open(path, modelFile); }
    void close() { document_->close(); }
    [[nodiscard]] State state() const { return document_->state(); }
    [[nodiscard]] const QString& error() const { return document_->error(); }
    [[nodiscard]] const ModelPtr& model() const { return document_->model(); }
    [[nodiscard]] const QString& modelPath() const { return document_->modelPath(); }
    [[nodiscard]] QString modelName() const { return document_->modelName(); }
    [[nodiscard]] bool isSound() const { return document_->isSound(); }
    [[nodiscard]] QString lookOnly() const { return document_->lookOnly(); }
    [[nodiscard]] bool isModified() const { return document_->isModified(); }
    /// Writes the session file and copies the runs' models beside it. Gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> save(const QString& path);
    /// The same as a copy to come back to after a crash: runs' models stay where they are, and what is unsaved stays unsaved.
    [[nodiscard]] std::optional<QString> keepCopy(const QString& path) const;

    // --- recipe ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Recipe& recipe() const { return document_->recipe(); }
    [[nodiscard]] QUndoStack& undoStack() { return document_->undoStack(); }
    /// Says so where more nodes take the method than were meant by name: those on the same cards.
    void choose(const QVector<int>& nodes, std::optional<Method> method);
    [[nodiscard]] const std::vector<Choice>& choices() const { return document_->choices(); }

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
    [[nodiscard]] const QString& datasetError() const { return document_->datasetError(); }
    [[nodiscard]] const Gate& gate() const { return document_->gate(); }
    /// Limits are judged anew at once on the figures that are there. One undo step.
    void setGate(const Gate& gate) { document_->setGate(gate); }

    // --- trials ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Measurement* baseline() const { return trials_->baseline(); }
    [[nodiscard]] const QVector<Run>& runs() const { return trials_->runs(); }
    [[nodiscard]] const Run* run(int id) const { return trials_->run(id); }
    [[nodiscard]] int currentRun() const { return trials_->currentRun(); }
    [[nodiscard]] const Comparison* comparison() const { return trials_->comparison(); }
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
    std::unique_ptr<RecipeView> recipeView_;
};

}  // namespace vernier::ui
