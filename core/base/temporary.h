// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace vernier {

/// Where temporary folders are made: the environment's TMPDIR, else /tmp.
[[nodiscard]] std::filesystem::path temporary_base();

/// What the names of all temporary folders of this process begin with: "vernier-PID-".
[[nodiscard]] std::string temporary_prefix();

/// Names this process's temporary folders after the one that started it, which removes them with its own: a worker may die at
/// any time.
void leave_temporary_folders_to_starter();

/// A folder of this process alone, removed with its content at the end of its life.
class TemporaryFolder {
public:
    /// Throws Error{cannot_write}.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Removes the temporary folders of this process and of its workers: for an exit that runs no destructors.
void remove_temporary_folders();

/// Removes temporary folders of processes of ours that are gone (killed, so that nothing could clean up after them).
void remove_left_folders();

}  // namespace vernier
