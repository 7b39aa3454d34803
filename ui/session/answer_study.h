// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

#include "core/base/temporary.h"
#include "core/data/task.h"
#include "ui/session/queue.h"

namespace vernier::ui {

class Document;
class Trials;

/// What the baseline and one run answer on validation samples, to be looked at: it makes the command, and keeps where the answers are.
class AnswerStudy : public QObject {
    Q_OBJECT

public:
    /// Of which files, and where they are kept (answer_keeper.h).
    struct Kept {
        QString folder;
        int run = 0;
        QString title;       ///< of the run
        std::string output;  ///< that holds the scores
        Task task = Task::none;
        bool classifies = false;
        quint64 samples = 0;
        QString dataset, file;
    };

    AnswerStudy(Document& document, Trials& trials, Queue& queue);

    /// nullptr before they were looked at. Another number in revision() for other ones.
    [[nodiscard]] const Kept* kept() const { return kept_ ? &*kept_ : nullptr; }
    [[nodiscard]] int revision() const { return revision_; }
    /// The run that would be looked at: the current one, else the last that has a file. 0: none.
    [[nodiscard]] int candidate() const;
    /// What is missing before answers can be looked at, as one sentence; empty when nothing is.
    [[nodiscard]] QString missing() const;
    [[nodiscard]] bool busy() const { return waiting_ || running_; }
    /// Why the last one gave no answers; empty otherwise, also after a cancel.
    [[nodiscard]] const QString& problem() const { return problem_; }
    void look();

signals:
    void changed();

private:
    [[nodiscard]] QStringList words();
    void take(const Json& result);
    void clear();
    void ended(const QString& problem);

    Document& document_;
    Trials& trials_;
    Queue& queue_;
    std::unique_ptr<TemporaryFolder> folder_, asking_;
    std::optional<Kept> kept_, asked_;
    int revision_ = 0;
    bool waiting_ = false;
    bool running_ = false;
    QString problem_;
};

}  // namespace vernier::ui
