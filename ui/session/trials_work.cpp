// SPDX-License-Identifier: GPL-3.0-or-later
// The part of Trials that lets things be done, and takes their results over.
#include <QDir>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/session/planner.h"
#include "ui/session/recipe_edit.h"
#include "ui/session/session_report.h"
#include "ui/session/trials.h"

namespace vernier::ui {

QString Trials::reportFile() const {
    if (!comparison_) {
        return {};
    }
    const QString made = QDir(work_.path()).filePath(QStringLiteral("report.html"));
    try {
        write_file(made.toStdString(), reportHtml(*this));
    } catch (const Error&) {
        return {};
    }
    return made;
}

bool Trials::ready() {
    if (!document_.model()) {
        return false;
    }
    if (!document_.isSound()) {
        queue_.refuse({QStringLiteral("bad-model"), document_.lookOnly(), 65});
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
bool Trials::externalDataChanged() const {
    const auto files = document_.model()->files();
    return std::any_of(files.begin(), files.end(), [&](const std::filesystem::path& file) {
        return file != document_.model()->path() && files_.looksChanged(QString::fromStdString(file.string()));
    });
}

/// sha256: of the model that was really measured or quantized; empty before that, when the file is looked at.
std::optional<Problem> Trials::changeOfModel(const std::string& sha256) {
    const std::string& opened = document_.model()->sha256();
    modelChanged_ = (sha256.empty() ? files_.hasChanged(document_.modelPath(), opened) : sha256 != opened) || externalDataChanged();
    if (!modelChanged_) {
        return std::nullopt;
    }
    return Problem{QStringLiteral("changed"),
                   tr("%1 has changed on disk since it was opened, so nothing of it was measured. Reload it to work with the "
                      "file as it is now.")
                       .arg(document_.modelName()),
                   65};
}

Trials::Words Trials::unlessChanged(const std::function<QStringList()>& words) {
    if (const std::optional<Problem> changed = changeOfModel({})) {
        return *changed;
    }
    return words();
}

void Trials::sayChanged(Run& run) {
    run.changed = true;
    run.state = Run::State::failed;
    run.problem = tr("Its file has changed on disk and was not measured: %1. Reload it from the menu of this row.").arg(run.file);
    queue_.write(run.problem);
}

void Trials::modelOpened() {
    modelChanged_ = false;
    files_.clear();
    for (const std::filesystem::path& file : document_.model()->files()) {
        files_.remember(QString::fromStdString(file.string()));
    }
    files_.remember(document_.modelPath());
}

QString Trials::quantizeProblem() const {
    return !document_.model()                       ? tr("Open a model first.")
           : !document_.isSound()                   ? document_.lookOnly()
           : !planner_.error().isEmpty()            ? planner_.error()
           : !changes_anything(document_.choices()) ? tr("Choose a method for at least one node first.")
                                                    : QString();
}

void Trials::measureBaseline() {
    if (ready()) {
        enqueueBaseline();
    }
}

int Trials::quantize() {
    if (!ready()) {
        return 0;
    }
    if (const QString missing = quantizeProblem(); !missing.isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), missing, 64});
        return 0;
    }
    if (document_.needsCalibration() && document_.datasetPath().isEmpty()) {
        queue_.refuse({QStringLiteral("usage"), tr("INT8 static needs calibration samples. Pick a dataset in the Data tab."), 64});
        return 0;
    }
    const QString title = QString::fromStdString(recipe_title(document_.recipe(), document_.choices()));
    const int id = addRun(document_.recipe(), title);
    if (estimator_) {
        editRun(id)->estimate = estimator_();
    }
    enqueueQuantize(id);
    enqueueCompare();
    return id;
}

void Trials::measureAgain() {
    if (ready()) {
        const bool any = std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return !run.file.isEmpty(); });
        any ? enqueueCompare() : enqueueBaseline();
    }
}

void Trials::enqueueBaseline() {
    queue_.enqueue({.title = tr("Measuring the baseline"),
                    .words = [this] { return unlessChanged([this] { return baselineWords(); }); },
                    .finished =
                        [this](const Json& result) {
                            const Json& model = result.at("models").at(0);
                            const std::optional<Problem> changed = changeOfModel(model.at("sha256").get<std::string>());
                            if (!changed) {
                                setBaseline(measurement_from_json(model));
                            }
                            return changed;
                        }});
}

void Trials::enqueueQuantize(int id) {
    const auto output = std::make_shared<QString>();
    queue_.enqueue({.title = tr("Quantizing “%1”").arg(run(id)->title),
                    .words = [this, id, output]() -> Words {
                        if (run(id) == nullptr) {
                            return QStringList();  // the user removed the row while it waited
                        }
                        return unlessChanged([this, id, output] {
                            *output = runFile(id);
                            return quantizeWords(id, *output);
                        });
                    },
                    .started =
                        [this, id] {
                            if (Run* row = editRun(id)) {
                                row->state = Run::State::quantizing;
                                row->problem.clear();
                            }
                            emit changed();
                        },
                    .finished = [this, id, output](const Json& result) -> std::optional<Problem> {
                        quantized(id, *output, result);
                        return std::nullopt;
                    },
                    .failed = [this, id](const Problem& problem) { quantizeFailed(id, problem); },
                    .dropped = [this, id] { dropRun(id); }});  // nothing was made, and nothing went wrong
}

void Trials::quantized(int id, const QString& output, const Json& result) {
    if (Run* row = editRun(id)) {
        row->file = output;
        files_.remember(output);
        row->quantized = result;
        row->state = Run::State::quantized;
        emit changed();
        setCurrentRun(sayTwin(id));
    }
}

/// A file that is there already is no other candidate: measured twice it would only look like two. With the same recipe the
/// new run goes; with another one it stays, since the graph shows what that recipe was written as.
int Trials::sayTwin(int id) {
    const Run made = *run(id);
    const auto twin = std::find_if(runs_.begin(), runs_.end(), [&](const Run& other) {
        return other.id != id && !other.foreign && !other.changed && !other.file.isEmpty() && !made.madeSha256().empty() &&
               other.madeSha256() == made.madeSha256();
    });
    if (twin == runs_.end()) {
        return id;
    }
    const int before = twin->id;
    if (twin->recipe != made.recipe) {
        emit told(tr("“%1” is the same file as “%2”, byte for byte").arg(made.title, twin->title));
        return id;
    }
    emit told(tr("The same file as “%1”, byte for byte: that one is measured again").arg(twin->title));
    dropRun(id);
    return before;
}

void Trials::quantizeFailed(int id, const Problem& problem) {
    if (problem.cancelled()) {
        dropRun(id);
    } else if (Run* row = editRun(id)) {
        row->state = Run::State::failed;
        row->problem = problem.message;
    }
    emit changed();
}

/// A comparison covers all runs that are there when it begins: one at the end of the queue is enough.
void Trials::enqueueCompare() {
    queue_.enqueue({.title = tr("Measuring all candidates against the baseline"),
                    .newest = QStringLiteral("compare"),
                    .words =
                        [this] {
                            compared_.clear();
                            return unlessChanged([this] { return compareWords(); });
                        },
                    .started = [this] { setMeasuring(true); },
                    .finished =
                        [this](const Json& result) {
                            // The last word on which file was measured has the measurement.
                            const std::optional<Problem> changed = changeOfModel(result.at("baseline").at("sha256").get<std::string>());
                            if (!changed) {
                                setComparison(result, compared_);
                            }
                            return changed;
                        },
                    .failed = [this](const Problem&) { setMeasuring(false); }});
}

void Trials::setMeasuring(bool on) {
    for (const int id : compared_) {
        if (Run* run = editRun(id)) {
            run->state = on ? Run::State::measuring : measured(id) != nullptr ? Run::State::measured : Run::State::quantized;
        }
    }
    emit changed();
}

}  // namespace vernier::ui
