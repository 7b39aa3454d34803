// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"

extern "C" char** environ;

namespace vernier {
namespace {

/// Started in a process group of its own, so that what it starts ends with it.
pid_t start(const std::filesystem::path& program, const std::vector<std::string>& arguments, const std::filesystem::path& out,
            const std::filesystem::path& err) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::string path = program.string();
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers = {path.data()};
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t pid = -1;
    const int problem = ::posix_spawnp(&pid, path.c_str(), &actions, &attributes, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (problem != 0)
        throw Error(ErrorKind::not_found, fmt::format("cannot be started: {}", ::strerror(problem)), {.file = path},
                    "Give the path of a program; a script needs its first line (#!) and chmod +x.");
    return pid;
}

/// Ends the group and waits for the program, whatever happens on the way.
class Running {
public:
    explicit Running(pid_t pid) : pid_(pid) {}
    ~Running() {
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// True once it has ended.
    [[nodiscard]] bool ended(Ending& ending) {
        int status = 0;
        const pid_t done = ::waitpid(pid_, &status, WNOHANG);
        if (done == 0) return false;
        pid_ = -1;
        ending = done > 0 && WIFSIGNALED(status) ? Ending{WTERMSIG(status), -1} : Ending{0, done > 0 ? WEXITSTATUS(status) : -1};
        return true;
    }

private:
    pid_t pid_;
};

std::uintmax_t size_of(const std::filesystem::path& file) {
    std::error_code problem;
    const std::uintmax_t size = std::filesystem::file_size(file, problem);
    return problem ? 0 : size;
}

}  // namespace

ProgramOutput run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                          std::size_t most, const Job& job) {
    const std::filesystem::path out = folder / "stdout", err = folder / "stderr";
    Running running(start(program, arguments, out, err));
    ProgramOutput output;
    const auto check = [&] {
        if (size_of(out) <= most && size_of(err) <= most) return;
        throw Error(ErrorKind::bad_data, fmt::format("the program writes more than {} MB", most >> 20U), {.file = program.string()});
    };
    for (auto pause = std::chrono::milliseconds(1); !running.ended(output.ending); pause = std::min(2 * pause, std::chrono::milliseconds(50))) {
        job.check();
        check();
        std::this_thread::sleep_for(pause);
    }
    check();
    output.out = read_file(out);
    output.err = read_file(err);
    return output;
}

}  // namespace vernier
