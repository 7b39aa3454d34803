// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QVector>

#include <functional>
#include <memory>
#include <optional>

#include "ui/session/cli_job.h"
#include "ui/session/file_stamp.h"

namespace vernier::ui {

class Session;
struct Run;

/// The session's long steps, each a vernier-cli child; one at a time, the others wait in order.
class Jobs : public QObject {
    Q_OBJECT

public:
    explicit Jobs(Session& session);
    ~Jobs() override;

    [[nodiscard]] bool busy() const { return child_ != nullptr; }
    [[nodiscard]] bool measuringBaseline() const { return busy() && step_.kind == Kind::baseline; }
    [[nodiscard]] QString title() const { return busy() ? step_.title : QString(); }  ///< "Measuring the baseline"
    [[nodiscard]] const QString& stage() const { return stage_; }
    [[nodiscard]] quint64 done() const { return done_; }
    [[nodiscard]] quint64 total() const { return total_; }   ///< 0 = not known
    /// Seconds that this stage will still take, from its pace so far; nothing when that cannot be said.
    [[nodiscard]] std::optional<double> secondsLeft() const;
    [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }  ///< of the last step; cleared by the next
    /// Writes the self-contained HTML report of the comparison as it is now, and gives the file; empty when there is none or
    /// it cannot be written.
    [[nodiscard]] QString reportFile() const;
    /// Commands, findings and errors, oldest first.
    [[nodiscard]] const QStringList& log() const { return log_; }
    /// A line for the log that is no command: it begins with "#", so that pasting it does nothing.
    void note(const QString& line) { addLog(QStringLiteral("# ") + line); }

    /// Advice and findings about the open model. Does not count as work that the user waits for.
    void inspect();
    void measureBaseline();
    /// Makes a run of the present recipe, then measures it with all others against the baseline.
    /// Gives the run's id, or 0 with problem() set when something is missing (data for calibration).
    int quantize();
    /// All runs against the baseline once more, with one harness.
    void measureAgain();
    /// Stops what runs and forgets what waits.
    void cancel();
    /// The same for a document that is closed: nothing of it is heard of again.
    void abandon();
    void clearProblem();
    /// Another model is open: its file is as it should be.
    void modelOpened();
    /// The file is as it should be now; before it is measured the next time, it is looked at whether it still is.
    void rememberFile(const QString& path);
    /// The open model's file is another one than the one that was opened: nothing is measured before it is reloaded.
    [[nodiscard]] bool modelChanged() const { return modelChanged_; }
    /// The `quantize` command of a run, or of the present recipe (0), as a user would type it.
    [[nodiscard]] QString quantizeCommand(int runId) const;

signals:
    void changed();       ///< busy, stage, progress, problem
    void logged(const QString& line);
    /// A step ended well or not; what ("baseline", "quantize", "compare") and whether it gave its result.
    void stepEnded(const QString& what, bool good);

private:
    enum class Kind { baseline, quantize, compare };
    struct Step {
        Kind kind = Kind::baseline;
        QString title;
        int run = 0;
    };

    void enqueue(const Step& step);
    void startNext();
    void start(const Step& step);
    [[nodiscard]] QStringList arguments(const Step& step);
    [[nodiscard]] QStringList measureArguments() const;
    [[nodiscard]] QStringList sizeArguments() const;
    void succeeded(const Json& result);
    void failedWith(const Problem& problem);
    void finish(bool good);
    void letGo(std::unique_ptr<CliJob>& job);
    void addLog(const QString& line);
    [[nodiscard]] QString workFile(const QString& name);
    [[nodiscard]] QString runFile(int id);
    [[nodiscard]] bool ready();
    [[nodiscard]] bool hasChanged(const QString& path, const std::string& sha256);
    [[nodiscard]] bool externalDataChanged() const;
    [[nodiscard]] bool modelIsUnchanged(const std::string& sha256);
    void sayChanged(Run& run);

    Session& session_;
    QTemporaryDir work_;
    std::unique_ptr<CliJob> child_;
    std::unique_ptr<CliJob> inspection_;
    Step step_;
    QVector<Step> waiting_;
    QString output_;            ///< what the running quantize step writes
    QHash<QString, FileStamp> stamps_;   ///< of files that are as they should be
    bool modelChanged_ = false;
    QVector<int> compared_;     ///< run ids of the running comparison, in the order of its candidates
    QString stage_;
    quint64 done_ = 0;
    quint64 total_ = 0;
    QElapsedTimer stageTimer_;
    std::optional<Problem> problem_;
    QStringList log_;
};

}  // namespace vernier::ui
