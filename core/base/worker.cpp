// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/worker.h"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

#include "core/base/cpu_time.h"
#include "core/base/error.h"
#include "core/base/wire.h"

extern "C" char** environ;

namespace vernier {
namespace {

[[noreturn]] void fail(const std::filesystem::path& program, int problem) {
    throw Error(ErrorKind::internal, fmt::format("a worker process cannot be started: {}", ::strerror(problem)), {.file = program.string()});
}

/// waitpid that a signal does not cut short.
pid_t wait_for(pid_t pid, int* status) {
    pid_t ended = -1;
    do ended = ::waitpid(pid, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended;
}

}  // namespace

std::string Ending::text() const {
    if (signal != 0) return fmt::format("signal {}: {}", signal, ::strsignal(signal));
    return fmt::format("exit code {}", exit_code);
}

Worker::Worker(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail(program, errno);
    socket_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    std::string path = program.string();
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers = {path.data()};
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const int problem = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (problem == 0) return;
    ::close(socket_);
    fail(program, problem);
}

Worker::~Worker() {
    ::close(socket_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)wait_for(pid_, nullptr);
}

void Worker::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

double Worker::cpu_seconds() const { return process_cpu_seconds(pid_); }

Ending Worker::ending() {
    int status = 0;
    const pid_t ended = wait_for(std::exchange(pid_, -1), &status);
    if (ended > 0 && WIFSIGNALED(status)) return {WTERMSIG(status), -1};
    return {0, ended > 0 ? WEXITSTATUS(status) : -1};
}

int serve(int socket, const std::function<Json(const Json& message)>& answer) {
    while (const auto message = receive_message(socket)) {
        Json reply;
        try {
            reply["result"] = answer(*message);
        } catch (const Error& error) {
            reply["error"] = wire_json(error);
        } catch (const std::bad_alloc&) {
            reply["error"] = wire_json(Error(ErrorKind::bad_model, "there is not enough memory to run this model"));
        } catch (const std::exception& error) {
            reply["error"] = wire_json(Error(ErrorKind::internal, error.what()));
        }
        if (!send_message(socket, reply)) break;
    }
    return 0;
}

}  // namespace vernier
