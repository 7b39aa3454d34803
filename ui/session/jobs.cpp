// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/jobs.h"

#include <QDir>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/temporary.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session.h"
#include "ui/session/session_report.h"

namespace vernier::ui {

Jobs::Jobs(Session& session, Queue& queue)
    : QObject(&session), session_(session), queue_(queue),
      work_(QString::fromStdString((temporary_base() / (temporary_prefix() + "XXXXXX")).string())) {}

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
    if (!session_.isSound()) {
        queue_.refuse({QStringLiteral("bad-model"), session_.lookOnly(), 65});
        return false;
    }
    if (!work_.isValid()) {
        queue_.refuse({QStringLiteral("cannot-write"), tr("The temporary folder cannot be used: %1").arg(work_.errorString()), 74});
        return false;
    }
    queue_.clearProblem();
    return true;
}

/// Weights in other files have no hash (they may be gigabytes): another stamp is a change.
bool Jobs::externalDataChanged() const {
    const auto files = session_.model()->files();
    return std::any_of(files.begin(), files.end(), [&](const std::filesystem::path& file) {
        return file != session_.model()->path() && files_.looksChanged(QString::fromStdString(file.string()));
    });
}

/// sha256: of the model that was really measured or quantized; empty before that, when the file is looked at.
std::optional<Problem> Jobs::changeOfModel(const std::string& sha256) {
    const std::string& opened = session_.model()->sha256();
    modelChanged_ = (sha256.empty() ? files_.hasChanged(session_.modelPath(), opened) : sha256 != opened) || externalDataChanged();
    if (!modelChanged_) {
        return std::nullopt;
    }
    return Problem{QStringLiteral("changed"), tr("%1 has changed on disk since it was opened, so nothing of it was measured. Reload it to work with the "
                                                 "file as it is now.").arg(session_.modelName()), 65};
}

Jobs::Words Jobs::unlessChanged(const std::function<QStringList()>& words) {
    if (const std::optional<Problem> changed = changeOfModel({})) {
        return *changed;
    }
    return words();
}

void Jobs::sayChanged(Run& run) {
    run.changed = true;
    run.state = Run::State::failed;
    run.problem = tr("Its file has changed on disk and was not measured: %1. Reload it from the menu of this row.").arg(run.file);
    queue_.write(run.problem);
}

void Jobs::modelOpened() {
    modelChanged_ = false;
    files_.clear();
    for (const std::filesystem::path& file : session_.model()->files()) {
        rememberFile(QString::fromStdString(file.string()));
    }
    rememberFile(session_.modelPath());
}

void Jobs::inspect() {
    QStringList words{QStringLiteral("inspect"), session_.modelPath()};
    words << sizeWords();
    if (session_.dataset() && !session_.model()->sizes().empty()) {
        words << QStringLiteral("--data") << session_.datasetPath();  // its samples give the sizes
    }
    queue_.aside(words, [this](const Json& result) { session_.setInspection(result); },
                 [this](const Problem& problem) {
                     if (!problem.cancelled()) {
                         queue_.write(tr("inspect: %1").arg(problem.message));
                         session_.setInspection(Json{{"error", problem.message.toStdString()}, {"kind", problem.kind.toStdString()}});
                     }
                 });
}

void Jobs::measureBaseline() {
    if (ready()) {
        enqueueBaseline();
    }
}

int Jobs::quantize() {
    if (!ready()) {
        return 0;
    }
    if (const QString missing = session_.quantizeProblem(); !missing.isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), missing, 64});
        return 0;
    }
    if (session_.needsCalibration() && session_.datasetPath().isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), tr("INT8 static needs calibration samples. Pick a dataset in the Data tab."), 64});
        return 0;
    }
    const QString title = QString::fromStdString(recipe_title(session_.recipe(), session_.choices()));
    const int run = session_.addRun(session_.recipe(), title);
    enqueueQuantize(run);
    enqueueCompare();
    return run;
}

void Jobs::measureAgain() {
    if (ready()) {
        const bool any = std::any_of(session_.runs().begin(), session_.runs().end(), [](const Run& run) { return !run.file.isEmpty(); });
        any ? enqueueCompare() : enqueueBaseline();
    }
}

void Jobs::enqueueBaseline() {
    queue_.enqueue({.title = tr("Measuring the baseline"),
                    .words = [this] { return unlessChanged([this] { return baselineWords(); }); },
                    .finished = [this](const Json& result) {
                        const Json& model = result.at("models").at(0);
                        const std::optional<Problem> changed = changeOfModel(model.at("sha256").get<std::string>());
                        if (!changed) {
                            session_.setBaseline(measurement_from_json(model));
                        }
                        return changed;
                    }});
}

void Jobs::enqueueQuantize(int run) {
    const auto output = std::make_shared<QString>();
    queue_.enqueue({.title = tr("Quantizing “%1”").arg(session_.run(run)->title),
                    .words = [this, run, output]() -> Words {
                        if (session_.run(run) == nullptr) {
                            return QStringList();  // the user removed the row while it waited
                        }
                        return unlessChanged([this, run, output] {
                            *output = runFile(run);
                            return quantizeWords(run, *output);
                        });
                    },
                    .started = [this, run] {
                        if (Run* row = session_.editRun(run)) {
                            row->state = Run::State::quantizing;
                            row->problem.clear();
                        }
                        session_.tellRuns();
                    },
                    .finished = [this, run, output](const Json& result) -> std::optional<Problem> {
                        quantized(run, *output, result);
                        return std::nullopt;
                    },
                    .failed = [this, run](const Problem& problem) { quantizeFailed(run, problem); },
                    .dropped = [this, run] { session_.dropRun(run); }});  // nothing was made, and nothing went wrong
}

void Jobs::quantized(int run, const QString& output, const Json& result) {
    if (Run* row = session_.editRun(run)) {
        row->file = output;
        rememberFile(output);
        row->quantized = result;
        row->state = Run::State::quantized;
        session_.tellRuns();
        session_.setCurrentRun(run);
    }
}

void Jobs::quantizeFailed(int run, const Problem& problem) {
    if (problem.cancelled()) {
        session_.dropRun(run);
    } else if (Run* row = session_.editRun(run)) {
        row->state = Run::State::failed;
        row->problem = problem.message;
    }
    session_.tellRuns();
}

/// A comparison covers all runs that are there when it begins: one at the end of the queue is enough.
void Jobs::enqueueCompare() {
    queue_.enqueue({.title = tr("Measuring all candidates against the baseline"),
                    .newest = QStringLiteral("compare"),
                    .words = [this] {
                        compared_.clear();
                        return unlessChanged([this] { return compareWords(); });
                    },
                    .started = [this] { setMeasuring(true); },
                    .finished = [this](const Json& result) {
                        // The last word on which file was measured has the measurement.
                        const std::optional<Problem> changed = changeOfModel(result.at("baseline").at("sha256").get<std::string>());
                        if (!changed) {
                            session_.setComparison(result, compared_);
                        }
                        return changed;
                    },
                    .failed = [this](const Problem&) { setMeasuring(false); }});
}

void Jobs::setMeasuring(bool on) {
    for (const int id : compared_) {
        if (Run* run = session_.editRun(id)) {
            run->state = on ? Run::State::measuring : run->comparison ? Run::State::measured : Run::State::quantized;
        }
    }
    session_.tellRuns();
}

}  // namespace vernier::ui
