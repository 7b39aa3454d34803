// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>
#include <QVector>

namespace vernier::ui {

/// A file that was open before.
struct RecentFile {
    QString path;
    quint64 size = 0;
    QDateTime opened;
    bool exists = true;
};

/// Newest first, at most ten; kept in the user's settings.
[[nodiscard]] QVector<RecentFile> recentFiles();
void addRecentFile(const QString& path);
void forgetRecentFile(const QString& path);

/// The demo model beside the installed program or in the source tree; empty when it is not there.
[[nodiscard]] QString demoModel();

}  // namespace vernier::ui
