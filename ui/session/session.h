// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QUndoStack>
#include <QVector>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/data/dataset.h"
#include "core/flow/executed.h"
#include "core/measure/compare.h"
#include "core/model/model.h"
#include "core/quant/plan.h"
#include "core/quant/recipe.h"
#include "ui/session/background.h"
#include "ui/session/filter.h"
#include "ui/session/run.h"
#include "ui/session/selection.h"

namespace vernier::ui {

class Jobs;
class Planner;
class Queue;
struct SavedSession;

/// What a panel shows of one node's method.
struct NodeState {
    Method chosen = Method::fp32;    ///< by rule or default
    Method applied = Method::fp32;   ///< what the plan says will happen; equals chosen until the plan is there
    bool own = false;                ///< chosen for this very node (a rule "#12"); otherwise inherited
    bool per_channel = true;
    bool absorbed = false;           ///< fused into a neighbour
    bool written = false;            ///< applied is what a run of this very recipe was written with, not only planned
    int rule = -1;                   ///< which rule said so; -1 = the default
    QString why;                     ///< why applied differs from chosen, or empty
    Precision already = Precision::fp32;  ///< what the file computes it in, where no method changes it
    Executed executed = {};          ///< what the runtime runs in the run of this very recipe; unknown before there is one

    /// A node that is quantized, or of another float type, and stays as it is.
    [[nodiscard]] bool staysAsItWas() const { return applied == Method::fp32 && already != Precision::fp32; }
    /// The runtime runs it in another precision than the one that it was written in.
    [[nodiscard]] bool runsOtherwise() const { return !executed.why.empty(); }
};

/// True where one scale serves a whole weight tensor: coarser than the usual one a channel.
[[nodiscard]] inline bool isPerTensor(const NodeState& state, const Node& node) {
    return !state.per_channel && row(state.applied).weight_bits == 8 && node.weight_bytes > 0;
}

/// Live totals of the recipe as it stands. The size is an estimate and must be shown as one.
struct Totals {
    std::array<int, kMethods.size()> nodes{};  ///< nodes by applied method, Constant nodes left out
    std::array<int, kPrecisions.size()> already{};  ///< nodes that stay as they were, by what they are; not among the FP32 nodes
    quint64 sizeEstimate = 0;                  ///< bytes; 0 until the plan is there
    bool planned = false;
    bool written = false;                      ///< nodes and size are those of a run of this recipe: no estimate
};

/// The open document: model, recipe with its undo stack, dataset, gate, runs. The window's panels read it and ask it
/// for changes; it tells them by signals, and they never talk to each other. All of it lives on the GUI thread; opening,
/// planning and reading data happen on pool threads and arrive as values.
class Session : public QObject {
    Q_OBJECT

public:
    enum class State { empty, opening, open, failed };

    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // --- document -------------------------------------------------------------------------------------------------
    /// A model, or a session file by its ending ".vernier"; ask about unsaved work before. What is open stays until the
    /// new model is there, and for good when the file is refused: then openRefused() tells why.
    /// modelFile: where a session's model is now, when it is not where the session says.
    void open(const QString& path, const QString& modelFile = {});
    /// The name of the file that is being read, while another one is open or none; empty otherwise.
    [[nodiscard]] QString readingName() const;
    void close();
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] double readTime() const { return readTime_; }      ///< seconds from open() to the model, reading and hashing
    [[nodiscard]] double sinceOpened() const { return double(openTimer_.nsecsElapsed()) / 1e9; }  ///< seconds since open()
    [[nodiscard]] const QString& error() const { return error_; }   ///< why opening failed, one line
    [[nodiscard]] const ModelPtr& model() const { return model_; }  ///< null unless state() is open
    [[nodiscard]] const QString& modelPath() const { return modelPath_; }
    [[nodiscard]] QString modelName() const;                        ///< file name without folder
    [[nodiscard]] int nodeCount() const { return nodeCount_; }      ///< without Constant nodes
    /// What does not hold together in the open file, as one sentence; empty for a sound one. A damaged model can only be
    /// looked at: nothing may be chosen, quantized or measured.
    [[nodiscard]] const QString& damage() const { return damage_; }
    [[nodiscard]] bool isSound() const { return model_ && damage_.isEmpty(); }
    /// For the tips of what cannot be used with a damaged model; empty for a sound one.
    [[nodiscard]] QString lookOnly() const;
    [[nodiscard]] const QString& sessionPath() const { return sessionPath_; }
    [[nodiscard]] bool isModified() const;
    /// Writes the session file and copies the runs' models beside it. Gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> save(const QString& path);
    /// The same as a copy to come back to after a crash: runs' models stay where they are, and what is unsaved stays unsaved.
    [[nodiscard]] std::optional<QString> keepCopy(const QString& path) const;
    /// Takes over what such a copy holds: it is unsaved work, of the session that it was a copy of.
    void openCopy(const QString& path);
    /// What the window shows beside it all (zoom, folding): kept in the session file, and read by nobody else.
    void setView(const Json& view) { view_ = view; }
    [[nodiscard]] const Json& view() const { return view_; }
    /// Something that the user should know went well, or did not.
    void tell(const QString& what) { emit told(what); }
    void complain(const QString& why) { emit complained(why); }
    // --- recipe ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Recipe& recipe() const { return recipe_; }
    [[nodiscard]] QUndoStack& undoStack() { return undo_; }
    /// One undo step: the recipe becomes this one. Nothing happens when it is the same.
    void setRecipe(const Recipe& recipe, const QString& text);
    /// Override for nodes; an empty method takes it away.
    void choose(const QVector<int>& nodes, std::optional<Method> method);
    /// Nodes that the graph shows on one card, head first: a choice for the head is a choice for all of them.
    void setCards(std::vector<std::vector<NodeId>> cards);
    /// The nodes on the card of a head, itself included; empty for any other node.
    [[nodiscard]] std::vector<NodeId> cardOf(NodeId head) const;
    void chooseGranularity(const QVector<int>& nodes, bool perChannel);
    void setDefaultMethod(Method method);
    /// All nodes of an op type, by the rule "op:TYPE".
    void chooseByOp(const QString& opType, Method method);
    void chooseBySelector(const QString& selector, Method method);
    /// The whole model: the default, without rules and overrides.
    void chooseWholeModel(Method method);
    void removeRule(int index);
    void moveRule(int from, int to);
    void setCalibration(const Calibration& calibration);
    /// Throws nothing; gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> openRecipe(const QString& path);
    [[nodiscard]] std::optional<QString> saveRecipe(const QString& path) const;

    [[nodiscard]] const std::vector<Choice>& choices() const { return choices_; }  ///< by NodeId
    /// Why a rule of recipe() cannot be used (it matches nothing, a wrong selector); empty when it can.
    [[nodiscard]] QString ruleError(int index) const;
    [[nodiscard]] int ruleCount(int index) const;   ///< how many nodes the rule decides; -1: the default
    [[nodiscard]] const std::optional<Plan>& plan() const;   ///< nothing while it is made
    [[nodiscard]] const QString& planError() const;
    /// What was written, where a run of this very recipe was made (its measurements can keep nodes in float); else the plan.
    [[nodiscard]] NodeState nodeState(NodeId node) const;
    /// The run that this recipe was made into; nullptr when there is none.
    [[nodiscard]] const Run* madeRun() const { return made_ ? run(madeBy_) : nullptr; }
    /// True where it is known what the runtime runs in madeRun().
    [[nodiscard]] bool knowsExecuted() const { return made_.has_value() && !executed_.empty(); }
    [[nodiscard]] const std::vector<Executed>& executed() const { return executed_; }  ///< by NodeId; empty where it is not known
    [[nodiscard]] Totals totals() const;
    [[nodiscard]] bool needsCalibration() const;
    /// What is missing before a candidate can be made, as one sentence; empty when nothing is. Calibration data are asked
    /// for later, by quantize() itself.
    [[nodiscard]] QString quantizeProblem() const;
    /// The model as it was opened holds integer nodes: it is no FP32 baseline.
    [[nodiscard]] bool isQuantizedAlready() const;

    // --- what all panels share ------------------------------------------------------------------------------------
    [[nodiscard]] Selection& selection() { return selection_; }
    [[nodiscard]] const Selection& selection() const { return selection_; }
    [[nodiscard]] Filter& filter() { return filter_; }
    [[nodiscard]] const Filter& filter() const { return filter_; }

    // --- data -----------------------------------------------------------------------------------------------------
    /// Empty takes it away. A dataset that is open stays, with what was measured on it, where the new one is refused.
    void setDataset(const QString& path);
    [[nodiscard]] const QString& datasetPath() const { return datasetPath_; }
    [[nodiscard]] const DatasetPtr& dataset() const { return dataset_; }  ///< null until it is open
    [[nodiscard]] bool datasetBusy() const { return openingData_.busy(); }
    [[nodiscard]] const QString& datasetError() const { return datasetError_; }
    /// A NAME.dataset.json beside the model, or empty.
    [[nodiscard]] QString suggestedDataset() const;

    // --- measuring ------------------------------------------------------------------------------------------------
    [[nodiscard]] const Gate& gate() const { return gate_; }
    /// Limits are judged anew at once on the figures that are there. One undo step.
    void setGate(const Gate& gate);
    [[nodiscard]] const MeasureSettings& measureSettings() const { return measureSettings_; }
    void setMeasureSettings(const MeasureSettings& settings);
    /// FP32, measured here with the present data. Nothing: no saving may be shown.
    [[nodiscard]] const std::optional<Measurement>& baseline() const { return baseline_; }
    [[nodiscard]] const QVector<Run>& runs() const { return runs_; }
    [[nodiscard]] const Run* run(int id) const;
    /// The run whose row is selected in the comparison; 0 = the baseline.
    [[nodiscard]] int currentRun() const { return currentRun_; }
    void setCurrentRun(int id);
    /// A model file that was made elsewhere becomes a run; it is measured with the next comparison.
    int addCandidate(const QString& path);
    /// The file of a run is taken as it is on disk now: what was measured of it goes.
    void reloadRun(int id);
    /// Opens the model's file again, under the same recipe, data and limits; runs go, since they were made of the other file.
    void reload();
    /// One undo step each.
    void renameRun(int id, const QString& title);
    void removeRun(int id);
    /// The recipe of a run becomes the present recipe (one undo step).
    void takeRecipeOf(int id);
    /// The newest whole comparison, and the document it came as (which also holds the verdict's sentences).
    [[nodiscard]] const std::optional<Comparison>& comparison() const { return comparison_; }
    [[nodiscard]] const Json& comparisonJson() const { return comparisonJson_; }
    /// {title, text, worth} of the document; empty before there is one.
    [[nodiscard]] QString verdictTitle() const;
    [[nodiscard]] QString verdictText() const;
    [[nodiscard]] std::optional<bool> verdictWorth() const;
    /// The result document of `inspect` (advice, findings); null until the child has given it.
    [[nodiscard]] const Json& inspection() const { return inspection_; }

    [[nodiscard]] Queue& queue() const { return *queue_; }
    [[nodiscard]] Jobs& jobs() const { return *jobs_; }

signals:
    void stateChanged();       ///< another model, or none: everything else is new as well
    void readingChanged();     ///< readingName()
    void modelMissing(const QString& session, const QString& model);  ///< after stateChanged or openRefused: the session's model is gone
    void restored();           ///< recipe, runs, filter, selection and view() of a session file are there
    void told(const QString& what);
    void complained(const QString& why);
    void openRefused(const QString& why);  ///< another file could not be opened; the open model is as it was
    void recipeChanged();      ///< recipe and choices
    void planChanged();        ///< plan, totals, applied methods
    void datasetChanged();
    void datasetRefused(const QString& why);  ///< another dataset could not be opened; the open one is as it was
    void gateChanged();
    void measureSettingsChanged();
    void sizesChanged();       ///< open axes count as others: model() is another one with the same nodes, its work counted anew
    void runsChanged();        ///< baseline, runs, comparison
    void currentRunChanged();
    void inspectionChanged();
    void modifiedChanged();
    void cardsChanged();       ///< which nodes share a card

private:
    friend class Jobs;
    friend class RecipeCommand;

    void applyRecipe(const Recipe& recipe);
    void resolveChoices();
    void makePlan();
    void findMade();
    void countAtSizes(bool inspect = false);   ///< inspect: anew even where no size is another one
    [[nodiscard]] const Plan* shownPlan() const;
    void openDataset(const QString& path);
    void replaceDataset(const QString& path);
    void dropMeasured();
    void modelArrived(ModelPtr model);
    void openFailed(const QString& why);
    void read(const QString& path, const QString& modelFile, bool copy);
    void restore(const SavedSession& saved, const QString& path, bool copy);
    void judgeAgain();
    void dropComparison(int id);                    ///< takes a run's figures out of the comparison
    void applyGate(const Gate& gate);
    void applyTitle(int id, const QString& title);
    void dropRun(int id);
    struct DroppedRun;
    void bringBack(const DroppedRun& dropped);
    void touch();                                   ///< something that a session file keeps has changed
    void tellRuns() { emit runsChanged(); }
    Run* editRun(int id);
    int addRun(const Recipe& recipe, const QString& title);
    void setBaseline(std::optional<Measurement> baseline);
    void setComparison(const Json& json, const QVector<int>& runIds);
    void setInspection(const Json& json);

    State state_ = State::empty;
    QString error_;
    QString damage_;
    QElapsedTimer openTimer_;
    QString reading_;  ///< path of the file that open() reads
    double readTime_ = 0;
    QString modelPath_;
    QString sessionPath_;
    ModelPtr model_;
    int nodeCount_ = 0;
    Recipe recipe_;
    QUndoStack undo_;
    std::map<NodeId, std::vector<NodeId>> cards_;  ///< by head
    std::vector<Choice> choices_;
    std::vector<QString> ruleErrors_;
    std::vector<int> ruleCounts_;
    std::vector<bool> ruleOwn_;   ///< by rule: names nodes by their ids
    int defaultCount_ = 0;
    std::optional<Plan> made_;   ///< of the run madeBy_, from its document
    std::vector<Executed> executed_;  ///< of the same, by NodeId; empty where it was not looked at
    int madeBy_ = 0;
    Selection selection_;
    Filter filter_;
    QString datasetPath_;
    DatasetPtr dataset_;
    QString datasetError_;
    Gate gate_;
    MeasureSettings measureSettings_;
    std::optional<Measurement> baseline_;
    QVector<Run> runs_;
    int nextRun_ = 1;
    int currentRun_ = 0;
    std::optional<Comparison> comparison_;
    Json comparisonJson_;
    Json inspection_;
    Json view_;
    bool touched_ = false;
    Latest opening_{this};
    Latest openingData_{this};
    Latest sizing_{this};
    std::unique_ptr<Planner> planner_;
    std::unique_ptr<Queue> queue_;
    std::unique_ptr<Jobs> jobs_;
};

}  // namespace vernier::ui
