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
struct SavedSession;

/// What a panel shows of one node's method.
struct NodeState {
    Method chosen = Method::fp32;    ///< by rule or default
    Method applied = Method::fp32;   ///< what the plan says will happen; equals chosen until the plan is there
    bool own = false;                ///< chosen for this very node (a rule "#12"); otherwise inherited
    bool per_channel = true;
    bool absorbed = false;           ///< disappears into a neighbour
    int rule = -1;                   ///< which rule said so; -1 = the default
    QString why;                     ///< why applied differs from chosen, or empty
};

/// Live totals of the recipe as it stands. The size is an estimate and must be shown as one.
struct Totals {
    std::array<int, kMethods.size()> nodes{};  ///< nodes by applied method, Constant nodes left out
    quint64 sizeEstimate = 0;                  ///< bytes; 0 until the plan is there
    bool planned = false;
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
    void open(const QString& path);
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
    // --- recipe ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Recipe& recipe() const { return recipe_; }
    [[nodiscard]] QUndoStack& undoStack() { return undo_; }
    /// One undo step: the recipe becomes this one. Nothing happens when it is the same.
    void setRecipe(const Recipe& recipe, const QString& text);
    /// Own choice for nodes; nothing as method takes the own choice away.
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
    /// The whole model: the default, without rules and own choices.
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
    [[nodiscard]] const std::optional<Plan>& plan() const { return plan_; }        ///< nothing while it is made
    [[nodiscard]] const QString& planError() const { return planError_; }
    [[nodiscard]] NodeState nodeState(NodeId node) const;
    [[nodiscard]] Totals totals() const;
    [[nodiscard]] bool needsCalibration() const;

    // --- what all panels share ------------------------------------------------------------------------------------
    [[nodiscard]] Selection& selection() { return selection_; }
    [[nodiscard]] Filter& filter() { return filter_; }

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
    /// Limits are judged anew at once on the figures that are there.
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

    [[nodiscard]] Jobs& jobs() const { return *jobs_; }

signals:
    void stateChanged();       ///< another model, or none: everything else is new as well
    void readingChanged();     ///< readingName()
    void openRefused(const QString& why);  ///< another file could not be opened; the open model is as it was
    void recipeChanged();      ///< recipe and choices
    void planChanged();        ///< plan, totals, applied methods
    void datasetChanged();
    void datasetRefused(const QString& why);  ///< another dataset could not be opened; the open one is as it was
    void gateChanged();
    void measureSettingsChanged();
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
    void openDataset(const QString& path);
    void replaceDataset(const QString& path);
    void dropMeasured();
    void modelArrived(ModelPtr model);
    void openFailed(const QString& why);
    void restore(const SavedSession& saved, const QString& path);
    void judgeAgain();
    void dropComparison(int id);                    ///< takes a run's figures out of the comparison
    void touch();                                   ///< something that a session file keeps has changed
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
    Recipe recipe_;
    QUndoStack undo_;
    std::map<NodeId, std::vector<NodeId>> cards_;  ///< by head
    std::vector<Choice> choices_;
    std::vector<QString> ruleErrors_;
    std::vector<int> ruleCounts_;
    int defaultCount_ = 0;
    std::optional<Plan> plan_;
    QString planError_;
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
    bool touched_ = false;
    Latest opening_{this};
    Latest planning_{this};
    Latest openingData_{this};
    std::unique_ptr<Jobs> jobs_;
};

}  // namespace vernier::ui
