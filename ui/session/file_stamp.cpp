// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/file_stamp.h"

#include <sys/stat.h>

#include <QFile>

namespace vernier::ui {

FileStamp stampOf(const QString& path) {
    struct stat found {};
    if (::stat(QFile::encodeName(path).constData(), &found) != 0) {
        return {};
    }
    constexpr std::int64_t kNs = 1'000'000'000;
    return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec * kNs + found.st_mtim.tv_nsec,
            found.st_ctim.tv_sec * kNs + found.st_ctim.tv_nsec};
}

}  // namespace vernier::ui
