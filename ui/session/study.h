// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>

#include "core/base/json.h"
#include "ui/session/queue.h"

namespace vernier::ui {

class Trials;

/// A question about the open model that vernier-cli answers: it waits for its turn in the queue, runs, and ends with an answer or a problem.
class Study : public QObject {
    Q_OBJECT

public:
    /// What is missing before it can begin, as one sentence; empty when nothing is.
    [[nodiscard]] virtual QString missing() const = 0;
    /// Waits for its turn, or runs.
    [[nodiscard]] bool busy() const { return waiting_ || running_; }
    [[nodiscard]] bool running() const { return running_; }
    /// Why the last one gave no answer; empty otherwise, also after a cancel.
    [[nodiscard]] const QString& problem() const { return problem_; }

signals:
    void changed();  ///< all of it

protected:
    Study(Trials& trials, Queue& queue) : trials_(trials), queue_(queue) {}

    /// The command's words when its turn comes. May throw Error.
    [[nodiscard]] virtual QStringList words() = 0;
    /// Takes the result; what it throws is a result that cannot be read.
    virtual void answered(const Json& result) = 0;
    /// It was cancelled, or went wrong.
    virtual void unanswered() {}

    /// True, and said, where something is missing.
    [[nodiscard]] bool refused();
    /// Puts the question into the queue; of those with the same text in newest only the last one waits.
    void ask(const QString& title, const QString& newest, std::function<void(const Json&)> partial = {});
    /// As before the first question.
    void forget();

    Trials& trials_;
    Queue& queue_;

private:
    void end(const QString& problem);

    bool waiting_ = false;
    bool running_ = false;
    QString problem_;
};

}  // namespace vernier::ui
