// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTimer>

#include "core/base/finding.h"
#include "core/base/json.h"

namespace vernier::ui {

/// Why a child process did not give its result.
struct Problem {
    QString kind;     ///< as vernier::name(ErrorKind): "bad-model", "cancelled", ...; "crashed" when the child died
    QString message;  ///< one line for people
    int exitCode = 0;

    [[nodiscard]] bool cancelled() const { return kind == QLatin1String("cancelled"); }
};

/// One `vernier-cli ... --json --events` child: its progress lines, its one result document, its end.
/// Exactly one of finished() and failed() is emitted, once.
class CliJob : public QObject {
    Q_OBJECT

public:
    /// arguments without --json and --events, which are added.
    explicit CliJob(QStringList arguments, QObject* parent = nullptr);
    ~CliJob() override;

    void start();
    /// Closes the child's stdin, which asks it to stop; SIGTERM after 2 s, SIGKILL after 4 s.
    void cancel();
    [[nodiscard]] bool ended() const { return ended_; }
    /// The command as a user would type it.
    [[nodiscard]] QString commandLine() const;

    /// Path of vernier-cli: the environment's VERNIER_CLI, else beside this program, else in the build tree's app/cli.
    /// Empty when there is none.
    [[nodiscard]] static QString program();
    /// Text quoted for a POSIX shell where it needs it.
    [[nodiscard]] static QString quoted(const QString& text);

signals:
    /// total is 0 when it is not known.
    void progress(const QString& stage, quint64 done, quint64 total);
    void finding(const vernier::Finding& finding);
    /// The result as far as it is known.
    void partial(const vernier::Json& value);
    void finished(const vernier::Json& result, int exitCode);
    void failed(const vernier::ui::Problem& problem);

private:
    void readEvents();
    void readEvent(const QByteArray& line);
    void onFinished(int exitCode, QProcess::ExitStatus status);
    void fail(const Problem& problem);

    QStringList arguments_;
    QProcess process_;
    QTimer terminate_;
    QByteArray errors_;  ///< the beginning of a line that has not ended yet
    QByteArray output_;
    QString lastWords_;  ///< what the child wrote to stderr that was no event
    Problem problem_;
    bool cancelling_ = false;
    bool ended_ = false;
};

}  // namespace vernier::ui
