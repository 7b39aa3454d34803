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
#include <variant>

#include "core/base/json.h"
#include "ui/session/known_files.h"
#include "ui/session/queue.h"

namespace vernier::ui {

class Session;
struct Run;

/// What the user lets be done with the session: makes commands for its queue, and takes their results over.
class Jobs : public QObject {
    Q_OBJECT

public:
    Jobs(Session& session, Queue& queue);

    /// Writes the self-contained HTML report of the comparison as it is now, and gives the file; empty when there is none or
    /// it cannot be written.
    [[nodiscard]] QString reportFile() const;
    /// Advice and findings about the open model. Does not count as work that the user waits for.
    void inspect();
    void measureBaseline();
    /// Makes a run of the present recipe, then measures it with all others against the baseline.
    /// Gives the run's id, or 0 with the queue's problem() set when something is missing (data for calibration).
    int quantize();
    /// All runs against the baseline once more, with one harness.
    void measureAgain();
    /// Another model is open: its file is as it should be.
    void modelOpened();
    /// The file is as it should be now; before it is measured the next time, it is looked at whether it still is.
    void rememberFile(const QString& path) { files_.remember(path); }
    /// The open model's file is another one than the one that was opened: nothing is measured before it is reloaded.
    [[nodiscard]] bool modelChanged() const { return modelChanged_; }
    /// The `quantize` command of a run, or of the present recipe (0), as a user would type it.
    [[nodiscard]] QString quantizeCommand(int runId) const;

private:
    using Words = std::variant<QStringList, Problem>;

    void enqueueBaseline();
    void enqueueQuantize(int run);
    void enqueueCompare();
    [[nodiscard]] QStringList baselineWords() const;
    [[nodiscard]] QStringList quantizeWords(int run, const QString& output);
    [[nodiscard]] QStringList compareWords();
    [[nodiscard]] QStringList gateWords() const;
    [[nodiscard]] QStringList measureWords() const;
    [[nodiscard]] QStringList sizeWords() const;
    /// The words, unless the open model is another one by now.
    [[nodiscard]] Words unlessChanged(const std::function<QStringList()>& words);
    void quantized(int run, const QString& output, const Json& result);
    void quantizeFailed(int run, const Problem& problem);
    void setMeasuring(bool on);
    [[nodiscard]] QString workFile(const QString& name);
    [[nodiscard]] QString runFile(int id);
    [[nodiscard]] bool ready();
    [[nodiscard]] bool externalDataChanged() const;
    [[nodiscard]] std::optional<Problem> changeOfModel(const std::string& sha256);
    void sayChanged(Run& run);

    Session& session_;
    Queue& queue_;
    QTemporaryDir work_;
    KnownFiles files_;
    bool modelChanged_ = false;
    QVector<int> compared_;     ///< run ids of the running comparison, in the order of its candidates
};

}  // namespace vernier::ui
