// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/document.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/model/damage.h"
#include "core/model/precision.h"
#include "ui/session/command.h"
#include "ui/session/plain_title.h"
#include "ui/session/undo_step.h"

namespace vernier::ui {

namespace {

/// Limits are the model's: what one of them must hold says nothing about the next.
Gate usualGate() {
    Gate gate;
    gate.max_drop_points = 0.5;
    return gate;
}

constexpr int kGateStep = 1;  ///< steps of the undo stack that are one when they follow each other

/// "What (node N). What to do." about the file that is open: its path says nothing new.
QString sentence(const Error& damage) {
    Where where = damage.where();
    where.file.clear();
    const QString text = QString::fromStdString(Error(damage.kind(), damage.what(), where, damage.remedy()).line());
    return text.endsWith(QLatin1Char('.')) ? text : text + QLatin1Char('.');
}

}  // namespace

Document::Document(Queue& queue) : queue_(queue), gate_(usualGate()) { connect(&undo_, &QUndoStack::cleanChanged, this, &Document::modifiedChanged); }

Document::~Document() { undo_.disconnect(this); }

// --- the file -----------------------------------------------------------------------------------------------------

void Document::read(const QString& path, const QString& modelFile, bool copy) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (state_ != State::open) {
        close();
        state_ = State::opening;
        modelPath_ = absolute;
    }
    openTimer_.start();
    reading_ = absolute;
    state_ == State::opening ? emit stateChanged() : emit readingChanged();
    const bool isSession = absolute.endsWith(QLatin1String(".vernier"), Qt::CaseInsensitive);
    struct Opened {
        ModelPtr model;
        SavedSession saved;
        QString missing;  ///< where the session's model should be, and is not
    };
    opening_.run(
        [absolute, isSession, modelFile](const Job& job) {
            Opened opened;
            const Json session = isSession ? readSessionFile(absolute) : Json();
            const QString file = !isSession ? absolute : modelFile.isEmpty() ? modelOfSession(session, absolute) : modelFile;
            if (isSession && !QFileInfo::exists(file)) {
                opened.missing = file;
                return opened;
            }
            opened.model = open_to_look(file.toStdString(), job);
            (void)opened.model->sha256();  // asked for here, so that saving does not read the file on the GUI thread
            if (isSession) {
                opened.saved = sessionFromJson(session, absolute, *opened.model);
            }
            return opened;
        },
        [this, absolute, isSession, copy](Opened opened) {
            if (!opened.model) {
                openFailed(tr("The model of this session is not there any more (%1). Put it back, or locate it where it is now.").arg(opened.missing));
                emit modelMissing(absolute, opened.missing);
                return;
            }
            if (state_ == State::open) {
                close();
            }
            modelArrived(std::move(opened.model));
            if (isSession) {
                restore(opened.saved, absolute, copy);
            }
        },
        [this](const QString& problem) { openFailed(problem); });
}

void Document::openFailed(const QString& why) {
    reading_.clear();
    emit readingChanged();
    if (state_ == State::open) {
        emit openRefused(why);
        return;
    }
    state_ = State::failed;
    error_ = why;
    emit stateChanged();
}

QString Document::readingName() const { return QFileInfo(reading_).fileName(); }

void Document::modelArrived(ModelPtr model) {
    readTime_ = sinceOpened();
    reading_.clear();
    model_ = std::move(model);
    modelPath_ = QString::fromStdString(model_->path().string());
    nodeCount_ = static_cast<int>(std::count_if(model_->nodes().begin(), model_->nodes().end(), [](const Node& node) { return node.op_type != "Constant"; }));
    state_ = State::open;
    const std::optional<Error>& damage = damage_of(*model_);
    damage_ = damage ? sentence(*damage) : QString();
    resolveChoices();
    emit stateChanged();
    emit recipeChanged();
    emit opened();
    inspect();
    const QString data = isSound() ? suggestedDataset() : QString();
    if (!data.isEmpty()) {
        setDataset(data);
        touched_ = false;  // found by itself: nothing that the user would miss
        emit modifiedChanged();
    }
}

void Document::close() {
    emit closing();
    opening_.cancel();
    reading_.clear();
    openingData_.cancel();
    sizing_.cancel();
    state_ = State::empty;
    error_.clear();
    damage_.clear();
    modelPath_.clear();
    sessionPath_.clear();
    model_.reset();
    recipe_ = {};
    undo_.clear();
    choices_.clear();
    ruleErrors_.clear();
    ruleCounts_.clear();
    cards_.clear();
    selection_.clear();
    selection_.forget();
    filter_.setText({});
    filter_.setModel(nullptr, {});
    datasetPath_.clear();
    dataset_.reset();
    datasetError_.clear();
    measureSettings_.sizes.clear();  // they are the model's
    gate_ = usualGate();
    inspection_ = {};
    view_ = {};
    touched_ = false;
    emit stateChanged();
    emit closed();
    emit datasetChanged();
    emit modifiedChanged();
}

/// The same recipe, data and limits; runs go, since they were made of the other file.
void Document::reload() {
    if (state_ != State::open) {
        return;
    }
    openTimer_.start();
    reading_ = modelPath_;
    emit readingChanged();
    opening_.run(
        [path = modelPath_](const Job& job) {
            ModelPtr model = open_to_look(path.toStdString(), job);
            (void)model->sha256();
            return model;
        },
        [this](ModelPtr model) {
            const Recipe recipe = anchored(recipe_, *model_);
            const QString data = datasetPath_;
            const Gate gate = gate_;
            close();
            gate_ = gate;
            modelArrived(std::move(model));
            applyRecipe(reanchored(recipe, *model_));
            undo_.clear();
            if (!data.isEmpty() && isSound() && data != datasetPath_) {
                openDataset(data);
            }
        },
        [this](const QString& problem) { openFailed(problem); });
}

QString Document::modelName() const { return plainTitle(QFileInfo(modelPath_).fileName()); }

QString Document::lookOnly() const { return damage_.isEmpty() ? QString() : tr("View only: this file cannot be quantized or measured because it is damaged."); }

bool Document::isModified() const { return state_ == State::open && (touched_ || !undo_.isClean()); }

void Document::touch() {
    touched_ = true;
    emit modifiedChanged();
}

void Document::savedTo(const QString& path) {
    sessionPath_ = QFileInfo(path).absoluteFilePath();
    touched_ = false;
    undo_.setClean();
    emit modifiedChanged();
}

void Document::restore(const SavedSession& saved, const QString& path, bool copy) {
    sessionPath_ = copy ? saved.copyOf : path;
    view_ = saved.view;
    gate_ = saved.gate;
    measureSettings_ = saved.measure;
    emit restoring(saved);
    applyRecipe(saved.recipe);
    // Not setDataset(): it drops what was measured on other data, and here it is the same.
    if (!saved.dataset.isEmpty()) {
        openDataset(saved.dataset);
    }
    touched_ = copy;
    undo_.clear();
    filter_.setText(saved.filter);
    selection_.set(saved.selection, saved.current);
    countAtSizes();
    emit gateChanged();
    emit measureSettingsChanged();
    emit modifiedChanged();
    emit restored();
}

bool Document::isQuantizedAlready() const {
    return model_ &&
           std::any_of(model_->nodes().begin(), model_->nodes().end(), [this](const Node& node) { return is_integer(precision_of(*model_, node.id)); });
}

/// Its samples give the sizes, where the model has open axes.
void Document::inspect() {
    QStringList words{QStringLiteral("inspect"), modelPath_};
    words << sizeWords(measureSettings_, *model_);
    if (dataset_ && !model_->sizes().empty()) {
        words << QStringLiteral("--data") << datasetPath_;
    }
    queue_.aside(
        words, [this](const Json& result) { setInspection(result); },
        [this](const Problem& problem) {
            if (!problem.cancelled()) {
                queue_.write(tr("inspect: %1").arg(problem.message));
                setInspection(Json{{"error", problem.message.toStdString()}, {"kind", problem.kind.toStdString()}});
            }
        });
}

void Document::setInspection(const Json& json) {
    inspection_ = json;
    emit inspectionChanged();
}

// --- data and limits ----------------------------------------------------------------------------------------------

void Document::setDataset(const QString& path) {
    if (!isSound()) {
        return;
    }
    const QString absolute = path.isEmpty() ? QString() : QFileInfo(path).absoluteFilePath();
    if (dataset_ && !absolute.isEmpty() && absolute != datasetPath_) {
        replaceDataset(absolute);
        return;
    }
    if (absolute != datasetPath_) {
        dropMeasured();
    }
    openDataset(absolute);
}

/// What was measured on other data is no baseline for what comes now; nor is what is being measured on it.
void Document::dropMeasured() {
    emit dataReplaced();
    touch();
}

void Document::replaceDataset(const QString& path) {
    openingData_.run([path, model = model_](const Job&) { return open_dataset(path.toStdString(), *model); },
                     [this, path](DatasetPtr dataset) {
                         dropMeasured();
                         datasetPath_ = path;
                         dataset_ = std::move(dataset);
                         countAtSizes();
                         emit datasetChanged();
                     },
                     [this](const QString& problem) {
                         emit datasetChanged();
                         emit datasetRefused(problem);
                     });
    emit datasetChanged();
}

void Document::openDataset(const QString& path) {
    datasetPath_ = path;
    dataset_.reset();
    datasetError_.clear();
    if (path.isEmpty() || !model_) {
        openingData_.cancel();
        countAtSizes();
        emit datasetChanged();
        return;
    }
    openingData_.run([path, model = model_](const Job&) { return open_dataset(path.toStdString(), *model); },
                     [this](DatasetPtr dataset) {
                         dataset_ = std::move(dataset);
                         countAtSizes();
                         emit datasetChanged();
                     },
                     [this](const QString& problem) {
                         datasetError_ = problem;
                         emit datasetChanged();
                     });
    emit datasetChanged();
}

QString Document::suggestedDataset() const {
    const QDir folder = QFileInfo(modelPath_).absoluteDir();
    const QString wanted = QFileInfo(modelPath_).completeBaseName() + QStringLiteral(".dataset.json");
    if (folder.exists(wanted)) {
        return folder.filePath(wanted);
    }
    const QStringList found = folder.entryList({QStringLiteral("*.dataset.json")}, QDir::Files, QDir::Name);
    return found.size() == 1 ? folder.filePath(found.first()) : QString();
}

void Document::setGate(const Gate& gate) {
    if (gate == gate_) {
        return;
    }
    undo_.push(new UndoStep(
        tr("Limits"), [this, gate] { applyGate(gate); }, [this, before = gate_] { applyGate(before); }, kGateStep));
}

void Document::applyGate(const Gate& gate) {
    gate_ = gate;
    touch();
    emit gateChanged();
}

void Document::setMeasureSettings(const MeasureSettings& settings) {
    if (settings == measureSettings_) {
        return;
    }
    const bool resized = settings.sizes != measureSettings_.sizes;
    measureSettings_ = settings;
    touch();
    emit measureSettingsChanged();
    if (resized) {
        countAtSizes(true);  // work, advice and findings follow from the sizes
    }
}

}  // namespace vernier::ui
