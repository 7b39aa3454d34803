// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/jobs.h"

#include <QDir>
#include <QHash>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"
#include "ui/session/session_report.h"
#include "ui/session/stage_words.h"

namespace vernier::ui {

namespace {

constexpr qsizetype kLongestLog = 2000;
constexpr double kPaceAfterSeconds = 1.0;  ///< a pace over less than this says nothing

}  // namespace

Jobs::Jobs(Session& session)
    : QObject(&session), session_(session), work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {}

Jobs::~Jobs() = default;

std::optional<double> Jobs::secondsLeft() const {
    const double seconds = stageTimer_.isValid() ? static_cast<double>(stageTimer_.elapsed()) / 1000 : 0;
    if (!busy() || total_ == 0 || done_ == 0 || done_ > total_ || seconds < kPaceAfterSeconds) {
        return std::nullopt;
    }
    return seconds * static_cast<double>(total_ - done_) / static_cast<double>(done_);
}

QString Jobs::reportFile() const {
    if (!session_.comparison()) {
        return {};
    }
    const QString made = QDir(work_.path()).filePath(QStringLiteral("report.html"));
    try {
        write_file(made.toStdString(), reportHtml(session_));
    } catch (const Error&) {
        return {};
    }
    return made;
}

bool Jobs::ready() {
    if (!session_.model()) {
        return false;
    }
    problem_.reset();
    if (!session_.isSound()) {
        problem_ = Problem{QStringLiteral("bad-model"), session_.lookOnly(), 65};
        emit changed();
        return false;
    }
    if (!work_.isValid()) {
        problem_ = Problem{QStringLiteral("cannot-write"), tr("The temporary folder cannot be used: %1").arg(work_.errorString()), 74};
        emit changed();
        return false;
    }
    return true;
}

void Jobs::rememberFile(const QString& path) {
    stamps_.insert(path, stampOf(path));
}

/// Reads the file only where its stamp is another one; sha256 may be empty, when only the stamp is known.
bool Jobs::hasChanged(const QString& path, const std::string& sha256) {
    const FileStamp now = stampOf(path);
    const auto known = stamps_.constFind(path);
    if (known != stamps_.constEnd() && *known == now) {
        return false;
    }
    try {
        if (known == stamps_.constEnd() ? !sha256.empty() && sha256 != sha256_of_file(path.toStdString())
                                        : sha256.empty() || sha256 != sha256_of_file(path.toStdString())) {
            return true;
        }
    } catch (const Error&) {
        return false;  // a file that cannot be read is told of by the work that reads it
    }
    stamps_.insert(path, now);
    return false;
}

/// Weights in other files have no hash (they may be gigabytes): another stamp is a change.
bool Jobs::externalDataChanged() const {
    const auto files = session_.model()->files();
    return std::any_of(files.begin(), files.end(), [&](const std::filesystem::path& file) {
        if (file == session_.model()->path()) {
            return false;
        }
        const QString path = QString::fromStdString(file.string());
        const auto known = stamps_.constFind(path);
        return known != stamps_.constEnd() && *known != stampOf(path);
    });
}

/// sha256: of the model that was really measured or quantized; empty before that, when the file is looked at.
bool Jobs::modelIsUnchanged(const std::string& sha256) {
    const std::string& opened = session_.model()->sha256();
    modelChanged_ = (sha256.empty() ? hasChanged(session_.modelPath(), opened) : sha256 != opened) || externalDataChanged();
    if (modelChanged_) {
        problem_ = Problem{QStringLiteral("changed"), tr("%1 has changed on disk since it was opened, so nothing of it was measured. Reload it to work with the "
                                                         "file as it is now.").arg(session_.modelName()), 65};
        addLog(problem_->message);
    }
    return !modelChanged_;
}

void Jobs::sayChanged(Run& run) {
    run.changed = true;
    run.state = Run::State::failed;
    run.problem = tr("Its file has changed on disk and was not measured: %1. Reload it from the menu of this row.").arg(run.file);
    addLog(run.problem);
}

void Jobs::modelOpened() {
    modelChanged_ = false;
    stamps_.clear();
    for (const std::filesystem::path& file : session_.model()->files()) {
        rememberFile(QString::fromStdString(file.string()));
    }
    rememberFile(session_.modelPath());
}

void Jobs::inspect() {
    letGo(inspection_);
    QStringList arguments{QStringLiteral("inspect"), session_.modelPath()};
    arguments << sizeArguments();
    if (session_.dataset() && !session_.model()->sizes().empty()) {
        arguments << QStringLiteral("--data") << session_.datasetPath();  // its samples give the sizes
    }
    inspection_ = std::make_unique<CliJob>(arguments);
    connect(inspection_.get(), &CliJob::finished, this, [this](const Json& result, int) {
        session_.setInspection(result);
    });
    connect(inspection_.get(), &CliJob::failed, this, [this](const Problem& problem) {
        if (!problem.cancelled()) {
            addLog(tr("inspect: %1").arg(problem.message));
            session_.setInspection(Json{{"error", problem.message.toStdString()}, {"kind", problem.kind.toStdString()}});
        }
    });
    inspection_->start();
}

void Jobs::measureBaseline() {
    if (ready()) {
        enqueue({Kind::baseline, tr("Measuring the baseline"), 0});
    }
}

int Jobs::quantize() {
    if (!ready()) {
        return 0;
    }
    if (const QString missing = session_.quantizeProblem(); !missing.isEmpty()) {
        problem_ = Problem{QStringLiteral("usage"), missing, 64};
        emit changed();
        return 0;
    }
    if (session_.needsCalibration() && session_.datasetPath().isEmpty()) {
        problem_ = Problem{QStringLiteral("usage"), tr("INT8 static needs calibration samples. Pick a dataset in the Data tab."), 64};
        emit changed();
        return 0;
    }
    const QString title = QString::fromStdString(recipe_title(session_.recipe(), session_.choices()));
    const int run = session_.addRun(session_.recipe(), title);
    enqueue({Kind::quantize, tr("Quantizing “%1”").arg(session_.run(run)->title), run});
    enqueue({Kind::compare, tr("Measuring all candidates against the baseline"), 0});
    return run;
}

void Jobs::measureAgain() {
    if (ready()) {
        const bool any = std::any_of(session_.runs().begin(), session_.runs().end(), [](const Run& run) { return !run.file.isEmpty(); });
        enqueue(any ? Step{Kind::compare, tr("Measuring all candidates against the baseline"), 0}
                    : Step{Kind::baseline, tr("Measuring the baseline"), 0});
    }
}

void Jobs::cancel() {
    for (const Step& step : std::as_const(waiting_)) {
        if (step.kind == Kind::quantize) {
            session_.dropRun(step.run);  // nothing was made, and nothing went wrong
        }
    }
    waiting_.clear();
    if (child_) {
        child_->cancel();
    }
}

/// A child may take its time to end: nobody listens any more, and it removes itself.
void Jobs::letGo(std::unique_ptr<CliJob>& job) {
    if (!job) {
        return;
    }
    CliJob* child = job.release();
    child->disconnect(this);
    if (child->ended()) {
        child->deleteLater();
        return;
    }
    child->setParent(this);
    connect(child, &CliJob::finished, child, &QObject::deleteLater);
    connect(child, &CliJob::failed, child, &QObject::deleteLater);
    child->cancel();
}

void Jobs::abandon() {
    waiting_.clear();
    letGo(inspection_);
    problem_.reset();
    letGo(child_);
    emit changed();
}

void Jobs::clearProblem() {
    if (problem_) {
        problem_.reset();
        emit changed();
    }
}

void Jobs::enqueue(const Step& step) {
    // A comparison covers all runs that are there when it begins: one at the end of the queue is enough.
    if (step.kind == Kind::compare) {
        waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), [](const Step& other) { return other.kind == Kind::compare; }),
                       waiting_.end());
    }
    waiting_.push_back(step);
    startNext();
}

void Jobs::startNext() {
    while (!busy() && !waiting_.isEmpty()) {
        const Step step = waiting_.takeFirst();
        if (step.kind == Kind::quantize && session_.run(step.run) == nullptr) {
            continue;  // the user removed the row while it waited
        }
        try {
            start(step);
        } catch (const Error& error) {
            problem_ = Problem{QStringLiteral("cannot-write"), QString::fromStdString(error.line()), 74};
        }
    }
    emit changed();
}

void Jobs::start(const Step& step) {
    if (!modelIsUnchanged({})) {
        if (Run* run = session_.editRun(step.run)) {
            run->state = Run::State::failed;
            run->problem = problem_->message;
        }
        emit session_.runsChanged();
        return;
    }
    const QStringList words = arguments(step);
    if (step.kind == Kind::compare && compared_.isEmpty()) {
        emit session_.runsChanged();
        return;  // every candidate failed before it came to be measured
    }
    step_ = step;
    stage_.clear();
    done_ = total_ = 0;
    stageTimer_.invalidate();
    child_ = std::make_unique<CliJob>(words);
    connect(child_.get(), &CliJob::progress, this, [this](const QString& told, quint64 done, quint64 total) {
        const QString stage = stageWords(told).value_or(told);
        if (stage != stage_ || !stageTimer_.isValid()) {
            stageTimer_.start();
        }
        stage_ = stage;
        done_ = done;
        total_ = total;
        emit changed();
    });
    connect(child_.get(), &CliJob::finding, this, [this](const Finding& finding) { addLog(QString::fromStdString(finding.text)); });
    connect(child_.get(), &CliJob::finished, this, [this](const Json& result, int) { succeeded(result); });
    connect(child_.get(), &CliJob::failed, this, &Jobs::failedWith);
    addLog(QStringLiteral("$ ") + child_->commandLine());
    if (Run* run = session_.editRun(step.run)) {
        run->state = Run::State::quantizing;
        run->problem.clear();
    }
    for (const int id : step.kind == Kind::compare ? compared_ : QVector<int>()) {
        session_.editRun(id)->state = Run::State::measuring;
    }
    child_->start();
    emit session_.runsChanged();
}

void Jobs::succeeded(const Json& result) {
    try {
        // The last word on which file was measured has the measurement.
        const bool measured = step_.kind != Kind::quantize;
        const Json& model = step_.kind == Kind::compare ? result.at("baseline") : measured ? result.at("models").at(0) : result;
        if (measured && !modelIsUnchanged(model.at("sha256").get<std::string>())) {
            failedWith(*std::exchange(problem_, std::nullopt));
            return;
        }
        if (step_.kind == Kind::baseline) {
            session_.setBaseline(measurement_from_json(result.at("models").at(0)));
        } else if (step_.kind == Kind::compare) {
            session_.setComparison(result, compared_);
        } else if (Run* run = session_.editRun(step_.run)) {
            run->file = output_;
            rememberFile(output_);
            run->quantized = result;
            run->state = Run::State::quantized;
            emit session_.runsChanged();
            session_.setCurrentRun(step_.run);
        }
    } catch (const std::exception& error) {
        failedWith({QStringLiteral("internal"), tr("The result of vernier-cli could not be read: %1").arg(QString::fromUtf8(error.what())), 70});
        return;
    }
    finish(true);
}

void Jobs::failedWith(const Problem& problem) {
    addLog(problem.message);
    problem_ = problem;
    if (problem.cancelled() && step_.kind == Kind::quantize) {
        session_.dropRun(step_.run);
    } else if (Run* run = session_.editRun(step_.run)) {
        run->state = Run::State::failed;
        run->problem = problem.message;
    }
    for (const int id : step_.kind == Kind::compare ? compared_ : QVector<int>()) {
        if (Run* run = session_.editRun(id)) {
            run->state = run->comparison ? Run::State::measured : Run::State::quantized;
        }
    }
    emit session_.runsChanged();
    finish(false);
}

void Jobs::finish(bool good) {
    const QString what = step_.kind == Kind::baseline   ? QStringLiteral("baseline")
                         : step_.kind == Kind::quantize ? QStringLiteral("quantize")
                                                        : QStringLiteral("compare");
    child_.release()->deleteLater();  // we are inside one of its signals
    emit stepEnded(what, good);
    startNext();
}

void Jobs::addLog(const QString& line) {
    log_ << line;
    if (log_.size() > kLongestLog) {
        log_.removeFirst();
    }
    emit logged(line);
}

}  // namespace vernier::ui
