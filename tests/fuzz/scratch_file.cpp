// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/error.h"

namespace vernier::fuzz {
namespace fs = std::filesystem;
namespace {

struct Folder {
    Folder() {
        const fs::path memory = "/dev/shm";
        std::string pattern = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "vernier-fuzz-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::abort();
        path = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

}  // namespace

const fs::path& scratch_folder() {
    static const Folder folder;
    return folder.path;
}

fs::path scratch_file(const std::string& name, const std::uint8_t* data, std::size_t size) {
    const fs::path path = scratch_folder() / name;
    const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
    close(file);
    return path;
}

void expect_error_or_nothing(const std::function<void()>& read) {
    try {
        read();
    } catch (const Error& error) {
        if (error.line().empty() || error.kind() == ErrorKind::internal) std::abort();
    }
}

}  // namespace vernier::fuzz
