// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QUndoStack>
#include <QVector>

#include <map>
#include <optional>
#include <vector>

#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/quant/recipe.h"
#include "ui/session/background.h"
#include "ui/session/filter.h"
#include "ui/session/queue.h"
#include "ui/session/selection.h"
#include "ui/session/session_file.h"

namespace vernier::ui {

/// What the user has open and decides on: model, recipe with its undo stack, dataset, limits, selection and filter. Opening
/// files and reading data happen on pool threads and arrive as values. What was made and measured is none of it.
class Document : public QObject {
    Q_OBJECT

public:
    enum class State { empty, opening, open, failed };

    explicit Document(Queue& queue);
    ~Document() override;

    // --- the file -------------------------------------------------------------------------------------------------
    /// A model, or a session file by its ending ".vernier"; ask about unsaved work before. What is open stays until the
    /// new model is there, and for good when the file is refused: then openRefused() tells why.
    /// modelFile: where a session's model is now, when it is not where the session says.
    void open(const QString& path, const QString& modelFile = {}) { read(path, modelFile, false); }
    /// Takes over what a copy of a session holds: it is unsaved work, of the session that it was a copy of.
    void openCopy(const QString& path) { read(path, {}, true); }
    /// Opens the model's file again, under the same recipe, data and limits.
    void reload();
    void close();
    /// The name of the file that is being read, while another one is open or none; empty otherwise.
    [[nodiscard]] QString readingName() const;
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] double readTime() const { return readTime_; }                                   ///< seconds from open() to the model, reading and hashing
    [[nodiscard]] double sinceOpened() const { return double(openTimer_.nsecsElapsed()) / 1e9; }  ///< seconds since open()
    [[nodiscard]] const QString& error() const { return error_; }                                 ///< why opening failed, one line
    [[nodiscard]] const ModelPtr& model() const { return model_; }                                ///< null unless state() is open
    [[nodiscard]] const QString& modelPath() const { return modelPath_; }
    [[nodiscard]] QString modelName() const;                    ///< file name without folder
    [[nodiscard]] int nodeCount() const { return nodeCount_; }  ///< without Constant nodes
    /// What does not hold together in the open file, as one sentence; empty for a sound one. A damaged model can only be
    /// looked at: nothing may be chosen, quantized or measured.
    [[nodiscard]] const QString& damage() const { return damage_; }
    [[nodiscard]] bool isSound() const { return model_ && damage_.isEmpty(); }
    /// For the tips of what cannot be used with a damaged model; empty for a sound one.
    [[nodiscard]] QString lookOnly() const;
    /// The model as it was opened holds integer nodes: it is no FP32 baseline.
    [[nodiscard]] bool isQuantizedAlready() const;
    /// The result document of `inspect` (advice, findings); null until the child has given it.
    [[nodiscard]] const Json& inspection() const { return inspection_; }
    [[nodiscard]] const QString& sessionPath() const { return sessionPath_; }
    [[nodiscard]] bool isModified() const;
    /// Something that a session file keeps has changed.
    void touch();
    /// All of it is in this session file now.
    void savedTo(const QString& path);
    /// What the window shows beside it all (zoom, folding): kept in the session file, and read by nobody else.
    void setView(const Json& view) { view_ = view; }
    [[nodiscard]] const Json& view() const { return view_; }

    // --- recipe ---------------------------------------------------------------------------------------------------
    [[nodiscard]] const Recipe& recipe() const { return recipe_; }
    /// The recipe without the rules that cannot be used.
    [[nodiscard]] Recipe usableRecipe() const;
    [[nodiscard]] QUndoStack& undoStack() { return undo_; }
    /// One undo step: the recipe becomes this one. Nothing happens when it is the same.
    void setRecipe(const Recipe& recipe, const QString& text);
    /// Override for nodes and those on their cards; an empty method takes it away. Gives all of them.
    std::vector<NodeId> choose(const QVector<int>& nodes, std::optional<Method> method);
    /// Nodes that the graph shows on one card, head first: a choice for the head is a choice for all of them.
    void setCards(std::vector<std::vector<NodeId>> cards);
    /// The nodes on the card of a head, itself included; empty for any other node.
    [[nodiscard]] std::vector<NodeId> cardOf(NodeId head) const;
    void chooseGranularity(const QVector<int>& nodes, bool perChannel);
    void setDefaultMethod(Method method);
    void chooseBySelector(const QString& selector, Method method);
    /// All nodes of an op type, by the rule "op:TYPE".
    void chooseByOp(const QString& opType, Method method) { chooseBySelector(QStringLiteral("op:") + opType, method); }
    /// The whole model: the default, without rules and overrides.
    void chooseWholeModel(Method method);
    void removeRule(int index);
    void moveRule(int from, int to);
    void setCalibration(const Calibration& calibration);
    /// Throws nothing; gives what went wrong, or nothing.
    [[nodiscard]] std::optional<QString> openRecipe(const QString& path);
    [[nodiscard]] std::optional<QString> saveRecipe(const QString& path) const;
    [[nodiscard]] const std::vector<Choice>& choices() const { return choices_; }  ///< by NodeId
    /// Chosen for a very node (a rule "#12").
    [[nodiscard]] bool isOwnRule(int index) const { return index >= 0 && ruleOwn_[static_cast<std::size_t>(index)]; }
    /// Why a rule of recipe() cannot be used (it matches nothing, a wrong selector); empty when it can.
    [[nodiscard]] QString ruleError(int index) const;
    [[nodiscard]] int ruleCount(int index) const;  ///< how many nodes the rule decides; -1: the default
    [[nodiscard]] bool needsCalibration() const;

    // --- what all panels share ------------------------------------------------------------------------------------
    [[nodiscard]] Selection& selection() { return selection_; }
    [[nodiscard]] Filter& filter() { return filter_; }

    // --- data and limits ------------------------------------------------------------------------------------------
    /// Empty takes it away. A dataset that is open stays, with what was measured on it, where the new one is refused.
    void setDataset(const QString& path);
    [[nodiscard]] const QString& datasetPath() const { return datasetPath_; }
    [[nodiscard]] const DatasetPtr& dataset() const { return dataset_; }  ///< null until it is open
    [[nodiscard]] bool datasetBusy() const { return openingData_.busy(); }
    [[nodiscard]] const QString& datasetError() const { return datasetError_; }
    /// A NAME.dataset.json beside the model, or empty.
    [[nodiscard]] QString suggestedDataset() const;
    [[nodiscard]] const Gate& gate() const { return gate_; }
    /// One undo step.
    void setGate(const Gate& gate);
    [[nodiscard]] const MeasureSettings& measureSettings() const { return measureSettings_; }
    void setMeasureSettings(const MeasureSettings& settings);

signals:
    void stateChanged();                                              ///< another model, or none: everything else is new as well
    void opened();                                                    ///< a model is there, with its choices
    void closing();                                                   ///< what belongs to the open model is needed no more
    void closed();                                                    ///< there is no model
    void restoring(const vernier::ui::SavedSession& saved);           ///< limits and settings of a session are there, its recipe comes next
    void readingChanged();                                            ///< readingName()
    void modelMissing(const QString& session, const QString& model);  ///< after stateChanged or openRefused: the session's model is gone
    void restored();                                                  ///< all of a session file is there
    void openRefused(const QString& why);                             ///< another file could not be opened; the open model is as it was
    void recipeChanged();                                             ///< recipe and choices
    void datasetChanged();
    void dataReplaced();                      ///< before datasetChanged: what was measured on other data counts no more
    void datasetRefused(const QString& why);  ///< another dataset could not be opened; the open one is as it was
    void gateChanged();
    void measureSettingsChanged();
    void sizesChanged();  ///< open axes count as others: model() is another one with the same nodes, its work counted anew
    void inspectionChanged();
    void modifiedChanged();
    void cardsChanged();  ///< which nodes share a card

private:
    void read(const QString& path, const QString& modelFile, bool copy);
    void restore(const SavedSession& saved, const QString& path, bool copy);
    void modelArrived(ModelPtr model);
    void openFailed(const QString& why);
    void applyRecipe(const Recipe& recipe);
    void applyGate(const Gate& gate);
    void resolveChoices();
    void countAtSizes(bool inspectAnyway = false);  ///< inspects anew even where no size is another one
    void inspect();
    void setInspection(const Json& json);
    void openDataset(const QString& path);
    void replaceDataset(const QString& path);
    void dropMeasured();

    Queue& queue_;
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
    std::vector<bool> ruleOwn_;  ///< by rule: names nodes by their ids
    int defaultCount_ = 0;
    Selection selection_;
    Filter filter_;
    QString datasetPath_;
    DatasetPtr dataset_;
    QString datasetError_;
    Gate gate_;
    MeasureSettings measureSettings_;
    Json inspection_;
    Json view_;
    bool touched_ = false;
    Latest opening_{this};
    Latest openingData_{this};
    Latest sizing_{this};
};

}  // namespace vernier::ui
