// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/known_files.h"

#include "core/base/error.h"
#include "core/base/file.h"

namespace vernier::ui {

void KnownFiles::remember(const QString& path) { stamps_.insert(path, stampOf(path)); }

bool KnownFiles::looksChanged(const QString& path) const {
    const auto known = stamps_.constFind(path);
    return known != stamps_.constEnd() && *known != stampOf(path);
}

bool KnownFiles::hasChanged(const QString& path, const std::string& sha256) {
    const FileStamp now = stampOf(path);
    const auto known = stamps_.constFind(path);
    if (known != stamps_.constEnd() && *known == now) {
        return false;
    }
    const bool stamped = known != stamps_.constEnd();
    try {
        // A file whose stamp is another one and whose hash is not known has changed; one without a stamp has not, as far as is known.
        if (sha256.empty() ? stamped : sha256 != sha256_of_file(path.toStdString())) {
            return true;
        }
    } catch (const Error&) {
        return false;  // a file that cannot be read is told of by the work that reads it
    }
    stamps_.insert(path, now);
    return false;
}

}  // namespace vernier::ui
