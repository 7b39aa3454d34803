// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/queue.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/error.h"
#include "core/base/finding.h"
#include "ui/session/stage_words.h"

namespace vernier::ui {

namespace {

constexpr qsizetype kLongestLog = 2000;
constexpr double kPaceAfterSeconds = 1.0;  ///< a pace over less than this says nothing

std::variant<QStringList, Problem> wordsOf(const Command& command) {
    try {
        return command.words();
    } catch (const Error& error) {
        return Problem{QStringLiteral("cannot-write"), QString::fromStdString(error.line()), 74};
    }
}

void tell(const std::function<void()>& listener) {
    if (listener) {
        listener();
    }
}

}  // namespace

Queue::Queue(QObject* parent) : QObject(parent) {}

Queue::~Queue() {
    // Who enqueued these may be gone by now.
    for (const CliJob* job : {child_.get(), aside_.get()}) {
        if (job != nullptr) {
            job->disconnect(this);
        }
    }
}

QString Queue::heading() const { return count() > 1 ? tr("%1 (%2 of %3)").arg(title()).arg(number()).arg(count()) : title(); }

double Queue::share() const { return count() == 0 ? 0 : (ended_ + (busy() ? reached_ : 0)) / count(); }

std::optional<double> Queue::secondsLeft() const {
    const double seconds = stageTimer_.isValid() ? static_cast<double>(stageTimer_.elapsed()) / 1000 : 0;
    if (!busy() || total_ == 0 || done_ == 0 || done_ > total_ || seconds < kPaceAfterSeconds) {
        return std::nullopt;
    }
    return seconds * static_cast<double>(total_ - done_) / static_cast<double>(done_);
}

void Queue::write(const QString& line) {
    log_ << line;
    if (log_.size() > kLongestLog) {
        log_.removeFirst();
    }
    emit logged(line);
}

void Queue::enqueue(const Command& command) {
    if (!command.newest.isEmpty()) {
        waiting_.removeIf([&](const Command& other) { return other.newest == command.newest; });
    }
    waiting_.push_back(command);
    startNext();
}

void Queue::aside(const QStringList& words, const std::function<void(const Json&)>& finished, const std::function<void(const Problem&)>& failed) {
    letGo(aside_);
    aside_ = std::make_unique<CliJob>(words);
    connect(aside_.get(), &CliJob::finished, this, [finished](const Json& result, int) { finished(result); });
    connect(aside_.get(), &CliJob::failed, this, [failed](const Problem& problem) { failed(problem); });
    aside_->start();
}

void Queue::cancel() {
    for (const Command& command : std::exchange(waiting_, {})) {
        tell(command.dropped);
    }
    if (child_) {
        child_->cancel();
    }
}

/// A child may take its time to end: nobody listens any more, and it removes itself.
void Queue::letGo(std::unique_ptr<CliJob>& job) {
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

void Queue::abandon() {
    waiting_.clear();
    ended_ = 0;
    letGo(aside_);
    problem_.reset();
    letGo(child_);
    emit changed();
}

void Queue::refuse(const Problem& problem) {
    problem_ = problem;
    emit changed();
}

void Queue::clearProblem() {
    if (problem_) {
        problem_.reset();
        emit changed();
    }
}

void Queue::startNext() {
    while (!busy() && !waiting_.isEmpty()) {
        start(waiting_.takeFirst());
    }
    ended_ = busy() ? ended_ : 0;
    emit changed();
}

void Queue::start(const Command& command) {
    const std::variant<QStringList, Problem> asked = wordsOf(command);
    if (const Problem* problem = std::get_if<Problem>(&asked)) {
        write(problem->message);
        problem_ = *problem;
        if (command.failed) {
            command.failed(*problem);
        }
        return;
    }
    if (std::get<QStringList>(asked).isEmpty()) {
        return;
    }
    running_ = command;
    stage_.clear();
    done_ = total_ = 0;
    reached_ = 0;
    stageTimer_.invalidate();
    child_ = std::make_unique<CliJob>(std::get<QStringList>(asked));
    connect(child_.get(), &CliJob::progress, this, &Queue::follow);
    connect(child_.get(), &CliJob::partial, this, &Queue::takePartial);
    connect(child_.get(), &CliJob::finding, this,
            [this](const Finding& finding) { write(QString::fromStdString(finding.file.empty() ? finding.text : finding.file + ": " + finding.text)); });
    connect(child_.get(), &CliJob::finished, this, [this](const Json& result, int) { succeeded(result); });
    connect(child_.get(), &CliJob::failed, this, &Queue::failedWith);
    write(QStringLiteral("$ ") + child_->commandLine());
    child_->start();
    tell(command.started);
}

void Queue::follow(const QString& told, quint64 done, quint64 total) {
    const QString stage = stageWords(told).value_or(told);
    if (stage != stage_ || !stageTimer_.isValid()) {
        stageTimer_.start();
    }
    const QString command = child_->commandLine().section(QLatin1Char(' '), 1, 1);
    const double begun = stage == stage_ ? begunAt(reached_, partOfStage(done_, total_)) : reached_;
    reached_ = std::max(reached_, shareOfCommand(command, told, partOfStage(done, total), begun));
    stage_ = stage;
    done_ = done;
    total_ = total;
    emit changed();
}

/// The whole result comes later, and what is wrong is said then.
void Queue::takePartial(const Json& value) {
    if (running_.partial) {
        try {
            running_.partial(value);
        } catch (const std::exception& error) {
            write(tr("# a partial result could not be read: %1").arg(QString::fromUtf8(error.what())));
        }
    }
}

void Queue::succeeded(const Json& result) {
    std::optional<Problem> problem;
    try {
        problem = running_.finished(result);
    } catch (const std::exception& error) {
        problem = Problem{QStringLiteral("internal"), tr("The result of vernier-cli could not be read: %1").arg(QString::fromUtf8(error.what())), 70};
    }
    if (problem) {
        failedWith(*problem);
    } else {
        finish();
    }
}

void Queue::failedWith(const Problem& problem) {
    write(problem.message);
    problem_ = problem;
    if (running_.failed) {
        running_.failed(problem);
    }
    finish();
}

void Queue::finish() {
    if (child_) {
        child_.release()->deleteLater();  // we are inside one of its signals
        ++ended_;
    }
    startNext();
}

}  // namespace vernier::ui
