// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/cli_job.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace vernier::ui {

namespace {

constexpr int kTerminateAfterMs = 2000;
constexpr qsizetype kLongestLastWords = 2000;

/// compare ends with 0, 1 or 2 for the gate's outcome; each of them has a whole result document.
bool hasResult(int exitCode) { return exitCode >= 0 && exitCode <= 2; }

QString text(const Json& json, const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? QString::fromStdString(it->get<std::string>()) : QString();
}

quint64 number(const Json& json, const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_number_unsigned() ? it->get<quint64>() : 0;
}

}  // namespace

CliJob::CliJob(QStringList arguments, QObject* parent) : QObject(parent), arguments_(std::move(arguments)) {
    connect(&process_, &QProcess::readyReadStandardError, this, &CliJob::readEvents);
    connect(&process_, &QProcess::readyReadStandardOutput, this, [this] { output_ += process_.readAllStandardOutput(); });
    connect(&process_, &QProcess::finished, this, &CliJob::onFinished);
    connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            fail({QStringLiteral("internal"), tr("%1 could not be started: %2").arg(process_.program(), process_.errorString()), 70});
        }
    });
    terminate_.setInterval(kTerminateAfterMs);
    connect(&terminate_, &QTimer::timeout, this, [this, asked = false]() mutable {
        asked ? process_.kill() : process_.terminate();
        asked = true;
    });
}

CliJob::~CliJob() {
    process_.disconnect(this);
    if (process_.state() != QProcess::NotRunning) {
        process_.closeWriteChannel();
        if (!process_.waitForFinished(500)) {
            process_.terminate();
            if (!process_.waitForFinished(1000)) {
                process_.kill();
                process_.waitForFinished(1000);
            }
        }
    }
}

QString CliJob::program() {
    const QString named = qEnvironmentVariable("VERNIER_CLI");
    const QString here = QCoreApplication::applicationDirPath();
    for (const QString& path : {named, here + QStringLiteral("/vernier-cli"), here + QStringLiteral("/../cli/vernier-cli"),
                                here + QStringLiteral("/../../app/cli/vernier-cli"), here + QStringLiteral("/../../../app/cli/vernier-cli")}) {
        const QFileInfo info(path);
        if (!path.isEmpty() && info.isFile() && info.isExecutable()) {
            return QDir::cleanPath(info.absoluteFilePath());
        }
    }
    return {};
}

void CliJob::start() {
    const QString path = program();
    if (path.isEmpty()) {
        // Queued, so that a caller that connects after start() still hears it.
        QMetaObject::invokeMethod(
            this,
            [this] {
                fail({QStringLiteral("not-found"), tr("vernier-cli was not found beside this program. Install Vernier again, or name it in VERNIER_CLI."), 66});
            },
            Qt::QueuedConnection);
        return;
    }
    process_.start(path, arguments_ + QStringList{QStringLiteral("--json"), QStringLiteral("--events")});
}

void CliJob::cancel() {
    cancelling_ = true;
    if (process_.state() == QProcess::NotRunning) {
        return;
    }
    process_.closeWriteChannel();
    terminate_.start();
}

QString CliJob::quoted(const QString& text) {
    static const QString plain = QStringLiteral("/._-+=:,@%");
    const bool simple = !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) { return c.isLetterOrNumber() || plain.contains(c); });
    if (simple) {
        return text;
    }
    QString inner = text;
    return QLatin1Char('\'') + inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

QString CliJob::commandLine() const {
    QStringList words{QStringLiteral("vernier-cli")};
    for (const QString& argument : arguments_) {
        words << quoted(argument);
    }
    return words.join(QLatin1Char(' '));
}

void CliJob::readEvents() {
    errors_ += process_.readAllStandardError();
    for (qsizetype end = errors_.indexOf('\n'); end >= 0; end = errors_.indexOf('\n')) {
        readEvent(errors_.left(end).trimmed());
        errors_.remove(0, end + 1);
    }
}

void CliJob::readEvent(const QByteArray& line) {
    if (line.isEmpty()) {
        return;
    }
    const Json json = Json::parse(line.begin(), line.end(), nullptr, false);
    if (!json.is_object() || !json.contains("event")) {
        lastWords_ = (lastWords_ + QLatin1Char('\n') + QString::fromUtf8(line)).right(kLongestLastWords);
        return;
    }
    const QString event = text(json, "event");
    if (event == QLatin1String("progress")) {
        emit progress(text(json, "stage"), number(json, "done"), number(json, "total"));
    } else if (event == QLatin1String("finding")) {
        try {
            emit finding(finding_from_json(json.contains("finding") ? json["finding"] : json));
        } catch (const std::exception&) {
            lastWords_ = QString::fromUtf8(line);  // a finding of a form that this version does not know is no reason to stop
        }
    } else if (event == QLatin1String("partial") && json.contains("value")) {
        emit partial(json["value"]);
    } else if (event == QLatin1String("error")) {
        problem_.kind = text(json, "kind");
        problem_.message = text(json, "message");
    }
}

void CliJob::onFinished(int exitCode, QProcess::ExitStatus status) {
    terminate_.stop();
    readEvents();
    readEvent(errors_.trimmed());
    output_ += process_.readAllStandardOutput();
    if (cancelling_ || exitCode == 130) {
        fail({QStringLiteral("cancelled"), tr("Cancelled."), 130});
        return;
    }
    if (status == QProcess::CrashExit) {
        fail({QStringLiteral("crashed"), tr("vernier-cli stopped unexpectedly (signal %1). %2").arg(exitCode).arg(lastWords_.trimmed()), exitCode});
        return;
    }
    if (!hasResult(exitCode) || !problem_.message.isEmpty()) {
        const QString words = !problem_.message.isEmpty() ? problem_.message
                              : !lastWords_.isEmpty()     ? lastWords_.trimmed()
                                                          : tr("vernier-cli ended with code %1.").arg(exitCode);
        fail({problem_.kind.isEmpty() ? QStringLiteral("internal") : problem_.kind, words, exitCode});
        return;
    }
    const Json result = Json::parse(output_.begin(), output_.end(), nullptr, false);
    if (result.is_discarded()) {
        fail({QStringLiteral("internal"), tr("vernier-cli gave a result that is no JSON document."), 70});
        return;
    }
    ended_ = true;
    emit finished(result, exitCode);
}

void CliJob::fail(const Problem& problem) {
    if (ended_) {
        return;
    }
    ended_ = true;
    terminate_.stop();
    emit failed(problem);
}

}  // namespace vernier::ui
