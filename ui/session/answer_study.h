// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

#include "core/base/temporary.h"
#include "core/data/task.h"
#include "ui/session/study.h"

namespace vernier::ui {

class Document;

/// What the baseline and one run answer on validation samples, to be looked at: it makes the command, and keeps where the answers are.
class AnswerStudy : public Study {
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
    [[nodiscard]] QString missing() const override;
    void look();

private:
    [[nodiscard]] QStringList words() override;
    void answered(const Json& result) override;
    void clear();

    Document& document_;
    std::unique_ptr<TemporaryFolder> folder_, asking_;
    std::optional<Kept> kept_, asked_;
    int revision_ = 0;
};

}  // namespace vernier::ui
