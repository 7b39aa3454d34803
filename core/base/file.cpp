// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <utility>

#include "core/base/error.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_write_error(const fs::path& path, int error) {
    throw Error(ErrorKind::cannot_write, error != 0 ? fmt::format("cannot be written: {}", std::strerror(error)) : "cannot be written", {.file = path.string()},
                "Choose another folder or free some space");
}

constexpr std::string_view kStart = ".vernier-", kEnd = ".part";

/// A name beside the target that no other run of ours uses. It is short whatever the target's is.
fs::path temporary_name(const fs::path& target) {
    static std::atomic<unsigned> counter{0};
    return target.parent_path() / fmt::format("{}{}-{}{}", kStart, ::getpid(), counter++, kEnd);
}

/// Removes what a process that was killed left in a folder.
void remove_left_files(const fs::path& folder) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kStart) || !name.ends_with(kEnd)) continue;
        const int descriptor = ::open(entry.path().c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (descriptor < 0) continue;
        if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
        ::close(descriptor);
    }
}

fs::path folder_of(const fs::path& target) { return target.has_parent_path() ? target.parent_path() : fs::path("."); }

/// True when the path leads to the file that is open.
bool leads_to(const fs::path& path, int descriptor) {
    struct stat named {
    }, open{};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

/// A file that nobody sees until it is whole. Where the file system allows, it has no name at all, so that nothing is left
/// however the process ends. It is locked as long as it is ours: what has such a name and no lock was left by a process that
/// was killed. (Process ids say less: a folder may be shared with another machine.)
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path& target) : name_(temporary_name(target)) {
        descriptor_ = ::open(folder_of(target).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
        if (descriptor_ >= 0 && !leads_to(readable(), descriptor_)) close();  // no /proc, or another one's
        if (descriptor_ < 0) {
            remove_left_files(folder_of(target));
            descriptor_ = ::open(name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
            has_name_ = descriptor_ >= 0;
        }
        if (descriptor_ < 0) throw_write_error(target, errno);
        ::flock(descriptor_, LOCK_EX | LOCK_NB);
    }
    ~TemporaryFile() {
        if (has_name_) ::unlink(name_.c_str());
        close();
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    /// For this process and others.
    [[nodiscard]] fs::path readable() const { return has_name_ ? name_ : fs::path(fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_)); }

    void rename_to(const fs::path& target) {
        remove_left_files(folder_of(target));
        if (!has_name_ && ::linkat(AT_FDCWD, readable().c_str(), AT_FDCWD, name_.c_str(), AT_SYMLINK_FOLLOW) != 0) throw_write_error(target, errno);
        has_name_ = true;
        if (::rename(name_.c_str(), target.c_str()) != 0) throw_write_error(target, errno);
        has_name_ = false;
    }

private:
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    fs::path name_;
    int descriptor_ = -1;
    bool has_name_ = false;
};

std::string to_hex(const unsigned char* bytes, unsigned size) {
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
    return text;
}

}  // namespace

struct StagedFile::Parts {
    TemporaryFile file;
};

StagedFile::StagedFile(fs::path target, const std::function<void(std::ostream&)>& write) : target_(std::move(target)) {
    std::error_code ignored;
    if (fs::is_directory(target_, ignored)) throw_write_error(target_, EISDIR);
    // A device or pipe would be replaced by the file that is renamed to its name.
    if (fs::exists(target_, ignored) && !fs::is_regular_file(target_, ignored))
        throw Error(ErrorKind::cannot_write, "is not a regular file", {.file = target_.string()}, "Give a file name.");
    parts_.reset(new Parts{TemporaryFile(target_)});
    errno = 0;
    std::ofstream out(parts_->file.readable(), std::ios::binary | std::ios::trunc);
    if (!out) throw_write_error(target_, errno);
    write(out);
    out.flush();
    if (!out) throw_write_error(target_, errno);
    out.close();
    if (out.fail()) throw_write_error(target_, errno);
}

StagedFile::~StagedFile() = default;
StagedFile::StagedFile(StagedFile&&) noexcept = default;

fs::path StagedFile::readable() const { return parts_->file.readable(); }

void StagedFile::put_in_place() { parts_->file.rename_to(target_); }

void write_file(const fs::path& target, const std::function<void(std::ostream&)>& write) { StagedFile(target, write).put_in_place(); }

void write_file(const fs::path& target, std::string_view content) {
    write_file(target, [&](std::ostream& out) { out.write(content.data(), static_cast<std::streamsize>(content.size())); });
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
    const MappedFile file(path);
    const auto bytes = file.bytes();
    if (bytes.size() > max_bytes) throw Error(ErrorKind::bad_data, fmt::format("is larger than {} bytes", max_bytes), {.file = path.string()});
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    file.check_whole();
    return text;
}

bool same_file(const fs::path& a, const fs::path& b) {
    std::error_code error;
    return fs::exists(a, error) && fs::exists(b, error) && fs::equivalent(a, b, error);
}

std::string sha256(std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) throw Error(ErrorKind::internal, "SHA-256 is not available");
    return to_hex(digest.data(), size);
}

std::string sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }

std::string sha256_of_file(const fs::path& path) {
    const MappedFile file(path);
    std::string hash = sha256(file.bytes());
    file.check_whole();
    return hash;
}

}  // namespace vernier
