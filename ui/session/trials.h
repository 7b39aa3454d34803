// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QVector>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/json.h"
#include "core/flow/executed.h"
#include "core/flow/measure_files.h"
#include "core/quant/plan.h"
#include "ui/session/document.h"
#include "ui/session/known_files.h"
#include "ui/session/queue.h"
#include "ui/session/run.h"

namespace vernier::ui {

class Planner;

/// What was made and measured: baseline, runs, comparison and verdict. Nobody else changes them: Trials makes the commands
/// for the queue, takes their results over, and judges anew when the document's limits change.
class Trials : public QObject {
    Q_OBJECT

public:
    Trials(Document& document, const Planner& planner, Queue& queue);

    // --- what is there --------------------------------------------------------------------------------------------
    /// FP32, measured here with the present data. nullptr: no saving may be shown.
    [[nodiscard]] const Measurement* baseline() const;
    [[nodiscard]] const QVector<Run>& runs() const { return runs_; }
    [[nodiscard]] const Run* run(int id) const;
    /// The newest whole comparison; nullptr before there is one. Each candidate is a run: that of its id, with its title.
    [[nodiscard]] const Comparison* comparison() const { return comparison_ ? &comparison_->comparison : nullptr; }
    /// The same with what is to be said of how it was measured.
    [[nodiscard]] const std::optional<ComparedFiles>& compared() const { return comparison_; }
    /// Its document, as a session file keeps it; null before there is one.
    [[nodiscard]] Json comparisonJson() const;
    /// What was measured of a run against the baseline; nullptr before it was.
    [[nodiscard]] const CandidateComparison* measured(int run) const;
    /// The run whose row is selected in the comparison; 0 = the baseline.
    [[nodiscard]] int currentRun() const { return currentRun_; }
    void setCurrentRun(int id);
    /// What the run of the present recipe was written as, and what the runtime runs of it (by NodeId; empty where it is not
    /// known); nothing where there is no such run.
    [[nodiscard]] const std::optional<Plan>& made() const { return made_; }
    [[nodiscard]] const std::vector<Executed>& executed() const { return executed_; }
    [[nodiscard]] const Run* madeRun() const { return made_ ? run(madeBy_) : nullptr; }

    // --- work -----------------------------------------------------------------------------------------------------
    /// What is missing before a candidate can be made, as one sentence; empty when nothing is. Calibration data are asked
    /// for later, by quantize() itself.
    [[nodiscard]] QString quantizeProblem() const;
    void measureBaseline();
    /// Makes a run of the present recipe, then measures it with all others against the baseline.
    /// Gives the run's id, or 0 with the queue's problem() set when something is missing (data for calibration).
    int quantize();
    /// Who estimates the present recipe: asked when a run is made of it.
    void setEstimator(std::function<RunEstimate()> estimator) { estimator_ = std::move(estimator); }
    /// All runs against the baseline once more, with one harness.
    void measureAgain();
    /// The open model's file is another one than the one that was opened: nothing is measured before it is reloaded.
    [[nodiscard]] bool modelChanged() const { return modelChanged_; }
    /// The words, unless the open model is another one by now.
    using Words = std::variant<QStringList, Problem>;
    [[nodiscard]] Words unlessChanged(const std::function<QStringList()>& words);
    /// The `quantize` command of a run, or of the present recipe (0), as a user would type it.
    [[nodiscard]] QString quantizeCommand(int runId) const;
    /// Writes the self-contained HTML report of the comparison as it is now, and gives the file; empty when there is none or
    /// it cannot be written.
    [[nodiscard]] QString reportFile() const;

    // --- runs -----------------------------------------------------------------------------------------------------
    /// A model file that was made elsewhere becomes a run; it is measured with the next comparison.
    int addCandidate(const QString& path);
    /// The file of a run is taken as it is on disk now: what was measured of it goes.
    void reloadRun(int id);
    /// One undo step each.
    void renameRun(int id, const QString& title);
    void removeRun(int id);
    /// The recipe of a run becomes the present recipe (one undo step).
    void takeRecipeOf(int id);

signals:
    void changed();                  ///< baseline, runs, comparison
    void currentChanged();           ///< currentRun()
    void madeChanged();              ///< made(), executed()
    void told(const QString& what);  ///< what the user should know of a run

private:
    struct DroppedRun;

    // What the document tells.
    void clear();
    void modelOpened();
    void restore(const SavedSession& saved);
    void dataReplaced();
    void judgeAgain();
    void findMade();

    Run* editRun(int id);
    int addRun(const Recipe& recipe, const QString& title);
    void applyTitle(int id, const QString& title);
    void dropRun(int id);
    void bringBack(const DroppedRun& dropped);
    void nameCandidates();                                     ///< by the titles of their runs
    [[nodiscard]] std::string sha256Of(const Run& run) const;  ///< when it was measured or made; empty when it is not known
    void dropComparison(int id);                               ///< takes a run's figures out of the comparison
    void setBaseline(std::optional<Measurement> baseline);
    void setComparison(const Json& json, const QVector<int>& runIds);
    void touchAndTell();

    void enqueueBaseline();
    void enqueueQuantize(int id);
    void enqueueCompare();
    [[nodiscard]] QStringList baselineWords() const;
    [[nodiscard]] QStringList quantizeWords(int id, const QString& output);
    [[nodiscard]] QStringList compareWords();
    [[nodiscard]] QStringList gateWords() const;
    [[nodiscard]] QStringList measureWords() const;
    void quantized(int id, const QString& output, const Json& result);
    [[nodiscard]] int sayTwin(int id);  ///< the run that shows this file from now on: itself, or the one that it is once more
    void quantizeFailed(int id, const Problem& problem);
    void setMeasuring(bool on);
    [[nodiscard]] QString workFile(const QString& name);
    [[nodiscard]] QString runFile(int id);
    [[nodiscard]] bool ready();
    [[nodiscard]] bool externalDataChanged() const;
    [[nodiscard]] std::optional<Problem> changeOfModel(const std::string& sha256);
    void sayChanged(Run& run);

    Document& document_;
    const Planner& planner_;
    Queue& queue_;
    QTemporaryDir work_;
    std::function<RunEstimate()> estimator_;
    KnownFiles files_;  ///< the model's and the runs'
    bool modelChanged_ = false;
    QVector<int> compared_;                ///< run ids of the running comparison, in the order of its candidates
    std::optional<Measurement> baseline_;  ///< of its own only where there is no comparison, which holds its baseline
    QVector<Run> runs_;
    int nextRun_ = 1;
    int currentRun_ = 0;
    std::optional<ComparedFiles> comparison_;
    std::optional<Plan> made_;        ///< of the run madeBy_, from its document
    std::vector<Executed> executed_;  ///< of the same
    int madeBy_ = 0;
};

}  // namespace vernier::ui
