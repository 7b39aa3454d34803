// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "core/base/error.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_open_error(const fs::path& path, int error) {
    if (error == ENOENT || error == ENOTDIR)
        throw Error(ErrorKind::not_found, "no such file", {.file = path.string()});
    throw Error(ErrorKind::bad_data, fmt::format("cannot be read: {}", std::strerror(error)), {.file = path.string()});
}

[[noreturn]] void throw_write_error(const fs::path& path, int error) {
    throw Error(ErrorKind::cannot_write,
                error != 0 ? fmt::format("cannot be written: {}", std::strerror(error)) : "cannot be written",
                {.file = path.string()}, "Choose another folder or free some space");
}

/// A name beside the target that no other run of ours uses.
fs::path temporary_name(const fs::path& target) {
    static std::atomic<unsigned> counter{0};
    fs::path name = target;
    name += fmt::format(".{}-{}.part", ::getpid(), counter++);
    return name;
}

struct RemoveOnExit {
    fs::path path;
    ~RemoveOnExit() {
        std::error_code ignored;
        if (!path.empty()) fs::remove(path, ignored);
    }
};

/// A file that has no name until it is whole, so that nothing is left however the process ends. Not every file system
/// has such files.
class UnnamedFile {
public:
    explicit UnnamedFile(const fs::path& folder)
        : descriptor_(::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666)) {
        std::error_code ignored;
        if (descriptor_ >= 0 && !fs::exists(path(), ignored)) close();  // no /proc
    }
    ~UnnamedFile() { close(); }
    UnnamedFile(const UnnamedFile&) = delete;
    UnnamedFile& operator=(const UnnamedFile&) = delete;

    [[nodiscard]] bool is_there() const { return descriptor_ >= 0; }
    [[nodiscard]] fs::path path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
    [[nodiscard]] fs::path path_for_all() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_); }
    [[nodiscard]] bool give_name(const fs::path& name) const {
        return ::linkat(AT_FDCWD, path().c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    }

private:
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    int descriptor_;
};

std::string to_hex(const unsigned char* bytes, unsigned size) {
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
    return text;
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) throw_open_error(path, errno);
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        throw Error(ErrorKind::bad_data, S_ISDIR(info.st_mode) ? "is a folder, not a regular file" : "is not a regular file", {.file = path.string()});
    }
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ > 0) {
        void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
        if (mapped == MAP_FAILED) {
            const int error = errno;
            ::close(fd);
            throw_open_error(path, error);
        }
        data_ = static_cast<const std::byte*>(mapped);
    }
    ::close(fd);
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

struct StagedFile::Parts {
    RemoveOnExit temporary;
    UnnamedFile unnamed;
};

StagedFile::StagedFile(fs::path target, const std::function<void(std::ostream&)>& write) : target_(std::move(target)) {
    std::error_code ignored;
    if (fs::is_directory(target_, ignored)) throw_write_error(target_, EISDIR);
    // A device or pipe would be replaced by the file that is renamed to its name.
    if (fs::exists(target_, ignored) && !fs::is_regular_file(target_, ignored))
        throw Error(ErrorKind::cannot_write, "is not a regular file", {.file = target_.string()}, "Give a file name.");
    parts_.reset(new Parts{{temporary_name(target_)}, UnnamedFile(target_.parent_path())});
    errno = 0;
    std::ofstream out(parts_->unnamed.is_there() ? parts_->unnamed.path() : parts_->temporary.path, std::ios::binary | std::ios::trunc);
    if (!out) throw_write_error(target_, errno);
    write(out);
    out.flush();
    if (!out) throw_write_error(target_, errno);
    out.close();
    if (out.fail()) throw_write_error(target_, errno);
}

StagedFile::~StagedFile() = default;
StagedFile::StagedFile(StagedFile&&) noexcept = default;

fs::path StagedFile::readable() const { return parts_->unnamed.is_there() ? parts_->unnamed.path_for_all() : parts_->temporary.path; }

void StagedFile::put_in_place() {
    errno = 0;
    if (parts_->unnamed.is_there() && !parts_->unnamed.give_name(parts_->temporary.path)) throw_write_error(target_, errno);
    std::error_code error;
    fs::rename(parts_->temporary.path, target_, error);
    if (error) throw_write_error(target_, error.value());
    parts_->temporary.path.clear();
}

void write_file(const fs::path& target, const std::function<void(std::ostream&)>& write) { StagedFile(target, write).put_in_place(); }

void write_file(const fs::path& target, std::string_view content) {
    write_file(target, [&](std::ostream& out) { out.write(content.data(), static_cast<std::streamsize>(content.size())); });
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
    const MappedFile file(path);
    const auto bytes = file.bytes();
    if (bytes.size() > max_bytes)
        throw Error(ErrorKind::bad_data, fmt::format("is larger than {} bytes", max_bytes), {.file = path.string()});
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool same_file(const fs::path& a, const fs::path& b) {
    std::error_code error;
    return fs::exists(a, error) && fs::exists(b, error) && fs::equivalent(a, b, error);
}

std::string sha256(std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw Error(ErrorKind::internal, "SHA-256 is not available");
    return to_hex(digest.data(), size);
}

std::string sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }

std::string sha256_of_file(const fs::path& path) { return sha256(MappedFile(path).bytes()); }

}  // namespace vernier
