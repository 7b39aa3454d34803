// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>

namespace vernier::ui {

/// What tells that a file may be another one than before, without reading it.
struct FileStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const FileStamp&) const = default;
};

/// All 0 for a file that is not there.
[[nodiscard]] FileStamp stampOf(const QString& path);

}  // namespace vernier::ui
