// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QVector>

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "core/base/json.h"
#include "ui/session/cli_job.h"

namespace vernier::ui {

/// A command of vernier-cli that waits for its turn. Who enqueues it makes its words and takes its result; the functions
/// are called on the GUI thread, and never after abandon().
struct Command {
    QString title;        ///< "Measuring the baseline"
    QString newest = {};  ///< of the commands with the same text here only the newest waits; empty: all of them wait
    /// The command's words when its turn comes; none at all: there is nothing left to do. May throw Error.
    std::function<std::variant<QStringList, Problem>()> words;
    std::function<void()> started = {};
    /// Takes what is known of the result so far; may throw what cannot be read, which is left out.
    std::function<void(const Json&)> partial = {};
    /// Takes the result, or says what is wrong with it; what it throws is a result that cannot be read.
    std::function<std::optional<Problem>(const Json&)> finished;
    std::function<void(const Problem&)> failed = {};
    std::function<void()> dropped = {};  ///< cancelled before its turn came
};

/// Child processes, one at a time: commands wait in order, their progress is told, and their results go to who asked for them.
class Queue : public QObject {
    Q_OBJECT

public:
    explicit Queue(QObject* parent = nullptr);
    ~Queue() override;

    [[nodiscard]] bool busy() const { return child_ != nullptr; }
    [[nodiscard]] QString title() const { return busy() ? running_.title : QString(); }
    /// The title, and which of the commands that were asked for it is: "Measuring the baseline (1 of 2)".
    [[nodiscard]] QString heading() const;
    [[nodiscard]] const QString& stage() const { return stage_; }
    [[nodiscard]] quint64 done() const { return done_; }
    [[nodiscard]] quint64 total() const { return total_; }  ///< 0 = not known
    /// How much is done of all that the user waits for, over all stages of all commands: 0 to 1. One bar, that never runs back
    /// but where more work was asked for.
    [[nodiscard]] double share() const;
    /// Commands since there was nothing to do: the running one is number() of count().
    [[nodiscard]] int number() const { return ended_ + (busy() ? 1 : 0); }
    [[nodiscard]] int count() const { return number() + static_cast<int>(waiting_.size()); }
    /// Seconds that this stage will still take, from its pace so far; nothing when that cannot be said.
    [[nodiscard]] std::optional<double> secondsLeft() const;
    /// Why the last command failed, or was not even begun.
    [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }
    /// Commands, findings and errors, oldest first.
    [[nodiscard]] const QStringList& log() const { return log_; }
    /// A line for the log that is no command: it begins with "#", so that pasting it does nothing.
    void note(const QString& line) { write(QStringLiteral("# ") + line); }
    void write(const QString& line);

    void enqueue(const Command& command);
    /// A command beside the others, which is no work that the user waits for. A newer one stops the older.
    void aside(const QStringList& words, const std::function<void(const Json&)>& finished, const std::function<void(const Problem&)>& failed);
    /// Stops what runs and forgets what waits.
    void cancel();
    /// The same for a document that is closed: nothing of it is heard of again.
    void abandon();
    /// Something is missing before a command can be made of what the user wants.
    void refuse(const Problem& problem);
    void clearProblem();

signals:
    void changed();  ///< busy, stage, progress, problem
    void logged(const QString& line);

private:
    void startNext();
    void start(const Command& command);
    void takePartial(const Json& value);
    void follow(const QString& told, quint64 done, quint64 total);
    void succeeded(const Json& result);
    void failedWith(const Problem& problem);
    void finish();
    void letGo(std::unique_ptr<CliJob>& job);

    std::unique_ptr<CliJob> child_;
    std::unique_ptr<CliJob> aside_;
    Command running_;
    QVector<Command> waiting_;
    QString stage_;
    quint64 done_ = 0;
    quint64 total_ = 0;
    double reached_ = 0;  ///< share of the running command
    int ended_ = 0;       ///< commands since the queue was last empty
    QElapsedTimer stageTimer_;
    std::optional<Problem> problem_;
    QStringList log_;
};

}  // namespace vernier::ui
