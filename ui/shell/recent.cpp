// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/recent.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QSettings>

namespace vernier::ui {

namespace {

constexpr int kMost = 10;

void write(const QVector<RecentFile>& files) {
    QSettings settings;
    settings.beginWriteArray(QStringLiteral("recent"), static_cast<int>(files.size()));
    for (int i = 0; i < files.size(); ++i) {
        settings.setArrayIndex(i);
        settings.setValue(QStringLiteral("path"), files[i].path);
        settings.setValue(QStringLiteral("opened"), files[i].opened);
    }
    settings.endArray();
}

}  // namespace

QVector<RecentFile> recentFiles() {
    QSettings settings;
    QVector<RecentFile> files;
    const int count = settings.beginReadArray(QStringLiteral("recent"));
    for (int i = 0; i < count && i < kMost; ++i) {
        settings.setArrayIndex(i);
        RecentFile file;
        file.path = settings.value(QStringLiteral("path")).toString();
        file.opened = settings.value(QStringLiteral("opened")).toDateTime();
        const QFileInfo info(file.path);
        file.exists = info.exists();
        file.size = static_cast<quint64>(info.size());
        if (!file.path.isEmpty()) {
            files << file;
        }
    }
    settings.endArray();
    return files;
}

void addRecentFile(const QString& path) {
    forgetRecentFile(path);
    QVector<RecentFile> files = recentFiles();
    files.prepend({QFileInfo(path).absoluteFilePath(), 0, QDateTime::currentDateTime(), true});
    files.resize(std::min<qsizetype>(files.size(), kMost));
    write(files);
}

void forgetRecentFile(const QString& path) {
    QVector<RecentFile> files = recentFiles();
    const QString absolute = QFileInfo(path).absoluteFilePath();
    files.removeIf([&absolute](const RecentFile& file) { return file.path == absolute; });
    QSettings().remove(QStringLiteral("recent"));
    write(files);
}

QString demoModel() {
    QDir folder(QCoreApplication::applicationDirPath());
    for (int up = 0; up < 5; ++up) {
        for (const char* place : {"share/vernier/demo/glyphs.onnx", "resources/demo/glyphs.onnx"}) {
            if (folder.exists(QLatin1String(place))) {
                return folder.filePath(QLatin1String(place));
            }
        }
        if (!folder.cdUp()) {
            break;
        }
    }
    return {};
}

}  // namespace vernier::ui
