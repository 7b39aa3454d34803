// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/recovery.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUuid>

#include <utility>

#include "ui/session/session.h"

namespace vernier::ui {

namespace {

constexpr int kQuiet = 5000;  ///< milliseconds after a change before it is kept

QDir folder() { return QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/recovery")); }

QString lockOf(const QString& copy) { return copy + QStringLiteral(".lock"); }

}  // namespace

Recovery::Recovery(Session& session, std::function<void()> beforeKeeping, QObject* parent)
    : QObject(parent), session_(session), beforeKeeping_(std::move(beforeKeeping)) {
    timer_.setSingleShot(true);
    timer_.setInterval(kQuiet);
    connect(&timer_, &QTimer::timeout, this, &Recovery::keep);
    const auto later = [this] {
        if (!timer_.isActive()) {
            timer_.start();
        }
    };
    for (const auto signal : {&Session::modifiedChanged, &Session::recipeChanged, &Session::runsChanged, &Session::stateChanged}) {
        connect(&session, signal, this, later);
    }
}

Recovery::~Recovery() = default;

void Recovery::keep() {
    if (!session_.isModified()) {
        forget();
        return;
    }
    if (copy_.isEmpty()) {
        if (!folder().mkpath(QStringLiteral("."))) {
            return;
        }
        copy_ = folder().filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + QStringLiteral(".vernier"));
        lock_ = std::make_unique<QLockFile>(lockOf(copy_));
        lock_->setStaleLockTime(0);  // however long the window is open
        if (!lock_->tryLock(0)) {
            copy_.clear();
            return;
        }
    }
    beforeKeeping_();
    (void)session_.keepCopy(copy_);  // a full disk must not disturb: saving by hand says it
}

void Recovery::forget() {
    timer_.stop();
    if (!copy_.isEmpty()) {
        QFile::remove(copy_);
        lock_.reset();
        copy_.clear();
    }
}

QString Recovery::leftBehind() const {
    for (const QFileInfo& file : folder().entryInfoList({QStringLiteral("*.vernier")}, QDir::Files, QDir::Time)) {
        QLockFile lock(lockOf(file.filePath()));
        lock.setStaleLockTime(0);
        if (file.filePath() != copy_ && lock.tryLock(0)) {
            return file.filePath();
        }
    }
    return {};
}

void Recovery::remove(const QString& copy) { QFile::remove(copy); }

}  // namespace vernier::ui
