// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "core/base/error.h"
#include "core/base/file.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

/// A mapping that may lose its file: who reads behind the end of a file that another program has cut gets SIGBUS.
struct Guarded {
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::size_t> size{0};
    std::atomic<bool> cut{false};
};

// A signal handler reaches globals only, and may wait for no lock.
std::array<Guarded, 1024> guarded;
std::uintptr_t page_bytes = 4096;
struct sigaction other_handler {};

/// Puts zeros in the place of what the file no longer holds. True when the address was one of ours.
bool fill_with_zeros(std::uintptr_t at) {
    for (Guarded& each : guarded) {
        const std::uintptr_t begin = each.begin.load();
        const std::size_t size = (each.size.load() + page_bytes - 1) / page_bytes * page_bytes;
        if (begin == 0 || at < begin || at - begin >= size) continue;
        const std::uintptr_t page = at / page_bytes * page_bytes;
        each.cut.store(true);
        return ::mmap(reinterpret_cast<void*>(page), begin + size - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

void on_bus_error(int number, siginfo_t* info, void* context) {
    const int saved = errno;
    const bool sent = info->si_code <= 0;  // by a process, not by an access: it has no address, and does not come again by itself
    const bool done = !sent && fill_with_zeros(reinterpret_cast<std::uintptr_t>(info->si_addr));
    errno = saved;
    if (done) return;
    if ((other_handler.sa_flags & SA_SIGINFO) != 0) return other_handler.sa_sigaction(number, info, context);
    ::signal(number, SIG_DFL);  // the access is tried once more, and ends the process
    if (sent) ::raise(number);
}

void install_guard() {
    page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &other_handler);
}

/// A place in the table; null when all are taken, and then the mapping goes unguarded.
Guarded* guard(const void* data, std::size_t size) {
    static std::once_flag once;
    std::call_once(once, install_guard);
    for (Guarded& each : guarded) {
        std::uintptr_t free = 0;
        if (!each.begin.compare_exchange_strong(free, reinterpret_cast<std::uintptr_t>(data))) continue;
        each.cut.store(false);
        each.size.store(size);
        return &each;
    }
    return nullptr;
}

[[noreturn]] void throw_open_error(const fs::path& path, int error) {
    if (error == ENOENT || error == ENOTDIR) throw Error(ErrorKind::not_found, "no such file", {.file = path.string()});
    throw Error(ErrorKind::bad_data, fmt::format("cannot be read: {}", std::strerror(error)), {.file = path.string()});
}

FileState state_from(const struct stat& info) {
    return {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino), static_cast<std::uint64_t>(info.st_size),
            static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

}  // namespace

std::optional<FileState> state_of(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return state_from(info);
}

MappedFile::MappedFile(const fs::path& path) : path_(path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) throw_open_error(path, errno);
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        throw Error(ErrorKind::bad_data, S_ISDIR(info.st_mode) ? "is a folder, not a regular file" : "is not a regular file", {.file = path.string()});
    }
    state_ = state_from(info);
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ > 0) {
        void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
        if (mapped == MAP_FAILED) {
            const int error = errno;
            ::close(fd);
            throw_open_error(path, error);
        }
        data_ = static_cast<const std::byte*>(mapped);
        guard_ = guard(mapped, size_);
    }
    ::close(fd);
}

MappedFile::~MappedFile() {
    if (data_ == nullptr) return;
    auto* const place = static_cast<Guarded*>(guard_);
    if (place != nullptr) place->size.store(0);
    ::munmap(const_cast<std::byte*>(data_), size_);
    if (place != nullptr) place->begin.store(0);
}

bool MappedFile::is_unchanged() const {
    const auto* const place = static_cast<const Guarded*>(guard_);
    return (place == nullptr || !place->cut.load()) && state_of(path_) == state_;
}

void MappedFile::check_whole() const {
    const auto* const place = static_cast<const Guarded*>(guard_);
    if (place != nullptr && place->cut.load())
        throw Error(ErrorKind::bad_data, "was cut short while it was read", {.file = path_.string()}, "Try again when it is written whole");
}

}  // namespace vernier
