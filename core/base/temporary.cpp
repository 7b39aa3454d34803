// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/temporary.h"

#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <functional>
#include <string_view>
#include <system_error>

#include "core/base/error.h"

namespace vernier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "vernier-";

/// The process that a folder's name gives; 0 when the name is none of ours.
pid_t owner_of(std::string_view name) {
    if (!name.starts_with(kStart)) return 0;
    name.remove_prefix(kStart.size());
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    return error == std::errc() && end != name.data() + name.size() && *end == '-' && pid > 0 ? pid : 0;
}

pid_t starter = 0;  ///< 0: this process removes its folders itself

/// The process after which this one's folders are named.
pid_t owner() { return starter > 0 ? starter : ::getpid(); }

bool is_gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

/// A folder (no link) that belongs to this user.
bool is_own_folder(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid();
}

void remove_folders_of(const std::function<bool(pid_t)>& chosen) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(temporary_base(), ignored)) {
        const pid_t pid = owner_of(entry.path().filename().string());
        if (pid != 0 && chosen(pid) && is_own_folder(entry.path())) fs::remove_all(entry.path(), ignored);
    }
}

}  // namespace

fs::path temporary_base() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    return error ? fs::path("/tmp") : base;
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (temporary_base() / (temporary_prefix() + "XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw Error(ErrorKind::cannot_write, fmt::format("no folder for temporary files: {}", std::strerror(errno)), {.file = pattern},
                    "set TMPDIR to a folder that can be written");
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string temporary_prefix() { return fmt::format("{}{}-", kStart, owner()); }

void leave_temporary_folders_to_starter() { starter = ::getppid(); }

void remove_temporary_folders() {
    remove_folders_of([](pid_t pid) { return pid == owner(); });
}

void remove_left_folders() { remove_folders_of(is_gone); }

}  // namespace vernier
