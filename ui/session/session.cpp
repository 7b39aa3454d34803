// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "core/base/error.h"
#include "core/model/damage.h"
#include "ui/session/jobs.h"
#include "ui/session/planner.h"
#include "ui/session/queue.h"
#include "ui/session/session_file.h"

namespace vernier::ui {

namespace {

/// "What (node N). What to do." about the file that is open: its path says nothing new.
QString sentence(const Error& damage) {
    Where where = damage.where();
    where.file.clear();
    const QString text = QString::fromStdString(Error(damage.kind(), damage.what(), where, damage.remedy()).line());
    return text.endsWith(QLatin1Char('.')) ? text : text + QLatin1Char('.');
}

}  // namespace

Session::Session(QObject* parent) : QObject(parent) {
    gate_.max_drop_points = 0.5;
    planner_ = std::make_unique<Planner>();
    connect(planner_.get(), &Planner::changed, this, &Session::planChanged);
    queue_ = std::make_unique<Queue>();
    jobs_ = std::make_unique<Jobs>(*this, *queue_);
    connect(&undo_, &QUndoStack::cleanChanged, this, &Session::modifiedChanged);
    // Before any panel hears of these.
    for (const auto signal : {&Session::recipeChanged, &Session::runsChanged, &Session::currentRunChanged}) {
        connect(this, signal, this, &Session::findMade);
    }
}

Session::~Session() {
    undo_.disconnect(this);
}

// --- document -----------------------------------------------------------------------------------------------------

void Session::open(const QString& path, const QString& modelFile) {
    read(path, modelFile, false);
}

void Session::openCopy(const QString& path) {
    read(path, {}, true);
}

void Session::read(const QString& path, const QString& modelFile, bool copy) {
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
        QString missing;   ///< where the session's model should be, and is not
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

void Session::openFailed(const QString& why) {
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

QString Session::readingName() const {
    return QFileInfo(reading_).fileName();
}

void Session::modelArrived(ModelPtr model) {
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
    makePlan();
    jobs_->modelOpened();
    jobs_->inspect();
    const QString data = isSound() ? suggestedDataset() : QString();
    if (!data.isEmpty()) {
        setDataset(data);
        touched_ = false;  // found by itself: nothing that the user would miss
        emit modifiedChanged();
    }
}

void Session::close() {
    opening_.cancel();
    reading_.clear();
    planner_->clear();
    openingData_.cancel();
    sizing_.cancel();
    queue_->abandon();
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
    made_.reset();
    executed_.clear();
    madeBy_ = 0;
    cards_.clear();
    selection_.clear();
    selection_.forget();
    filter_.setText({});
    filter_.setModel(nullptr, {});
    datasetPath_.clear();
    dataset_.reset();
    datasetError_.clear();
    baseline_.reset();
    measureSettings_.sizes.clear();  // they are the model's
    runs_.clear();
    nextRun_ = 1;
    currentRun_ = 0;
    comparison_.reset();
    comparisonJson_ = {};
    inspection_ = {};
    view_ = {};
    touched_ = false;
    emit stateChanged();
    emit runsChanged();
    emit datasetChanged();
    emit modifiedChanged();
}

QString Session::modelName() const {
    return QFileInfo(modelPath_).fileName();
}

QString Session::lookOnly() const {
    return damage_.isEmpty() ? QString() : tr("View only: this file cannot be quantized or measured because it is damaged.");
}

bool Session::isModified() const {
    return state_ == State::open && (touched_ || !undo_.isClean());
}

void Session::touch() {
    touched_ = true;
    emit modifiedChanged();
}

std::optional<QString> Session::save(const QString& path) {
    try {
        writeSessionFile(*this, path, KeepRuns::beside_the_session);
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what());
    }
    sessionPath_ = QFileInfo(path).absoluteFilePath();
    touched_ = false;
    undo_.setClean();
    emit modifiedChanged();
    return std::nullopt;
}

std::optional<QString> Session::keepCopy(const QString& path) const {
    try {
        writeSessionFile(*this, path, KeepRuns::where_they_are);
    } catch (const Error& error) {
        return QString::fromStdString(error.line());
    } catch (const std::exception& error) {
        return QString::fromUtf8(error.what());
    }
    return std::nullopt;
}

void Session::restore(const SavedSession& saved, const QString& path, bool copy) {
    sessionPath_ = copy ? saved.copyOf : path;
    view_ = saved.view;
    gate_ = saved.gate;
    measureSettings_ = saved.measure;
    baseline_ = saved.baseline;
    runs_ = saved.runs;
    for (const Run& run : runs_) {
        nextRun_ = std::max(nextRun_, run.id + 1);
    }
    comparisonJson_ = saved.comparisonJson;
    comparison_ = saved.comparison;
    judgeAgain();
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
    emit runsChanged();
    emit modifiedChanged();
    emit restored();
}

// --- data ---------------------------------------------------------------------------------------------------------

void Session::setDataset(const QString& path) {
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
void Session::dropMeasured() {
    if (queue_->busy()) {
        queue_->note(tr("the data changed: the job on the other data was stopped"));
        queue_->cancel();
    }
    setBaseline(std::nullopt);
    touch();
}

void Session::replaceDataset(const QString& path) {
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

void Session::openDataset(const QString& path) {
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

QString Session::suggestedDataset() const {
    const QDir folder = QFileInfo(modelPath_).absoluteDir();
    const QString wanted = QFileInfo(modelPath_).completeBaseName() + QStringLiteral(".dataset.json");
    if (folder.exists(wanted)) {
        return folder.filePath(wanted);
    }
    const QStringList found = folder.entryList({QStringLiteral("*.dataset.json")}, QDir::Files, QDir::Name);
    return found.size() == 1 ? folder.filePath(found.first()) : QString();
}

}  // namespace vernier::ui
