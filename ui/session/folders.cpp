// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/folders.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include "ui/session/session.h"

namespace vernier::ui {

namespace {

const QString kKey = QStringLiteral("folders/dialog");

/// The installed program, or the tree that it was built in: two folders above it.
bool belongsToTheProgram(const QString& folder) {
    QDir top(QCoreApplication::applicationDirPath());
    return top.cdUp() && !top.isRoot() && (folder.startsWith(top.filePath(QStringLiteral("share"))) || folder.endsWith(QStringLiteral("/resources/demo")));
}

}  // namespace

QString dialogFolder(const Session& session) {
    const QString last = QSettings().value(kKey).toString();
    if (!last.isEmpty() && QFileInfo(last).isDir()) {
        return last;
    }
    const QFileInfo own(QFileInfo(session.modelPath()).absolutePath());
    if (!session.modelPath().isEmpty() && own.isWritable() && !belongsToTheProgram(own.absoluteFilePath())) {
        return own.absoluteFilePath();
    }
    const QFileInfo current(QDir::currentPath());
    if (!QDir::current().isRoot() && current.isWritable() && !belongsToTheProgram(current.absoluteFilePath())) {
        return current.absoluteFilePath();
    }
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
}

QString dialogFile(const Session& session, const QString& name) { return QDir(dialogFolder(session)).filePath(name); }

QString dialogFileLike(const Session& session, const QString& ending) {
    return dialogFile(session, QFileInfo(session.modelPath()).completeBaseName() + ending);
}

void rememberFolderOf(const QString& path) { QSettings().setValue(kKey, QFileInfo(path).absolutePath()); }

}  // namespace vernier::ui
