// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>

#include <string>

#include "ui/session/file_stamp.h"

namespace vernier::ui {

/// Files as they should be: tells whether another one has come in the place of one of them.
class KnownFiles {
public:
    /// As it is on disk now is how it should be.
    void remember(const QString& path);
    void clear() { stamps_.clear(); }
    /// By its stamp alone, for files of gigabytes; false for one that is not known.
    [[nodiscard]] bool looksChanged(const QString& path) const;
    /// Reads the file where its stamp is another one; sha256 may be empty, when only the stamp is known.
    [[nodiscard]] bool hasChanged(const QString& path, const std::string& sha256);

private:
    QHash<QString, FileStamp> stamps_;
};

}  // namespace vernier::ui
