// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/process.h"
#include "tests/support/paths.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

namespace vernier::test {
namespace {

struct Pipe {
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) close(end);
    }
    void close_end(int which) {
        close(ends[which]);
        ends[which] = -1;
    }
    int ends[2] = {-1, -1};
};

[[noreturn]] void execute(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    const std::string program = test::binary_dir() + "/bin/vernier-cli";
    std::vector<char*> words = {const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    execv(program.c_str(), words.data());
    _exit(127);
}

[[noreturn]] void become(const std::vector<std::string>& arguments, const Surroundings& surroundings, const Pipe& in, const Pipe& out, const Pipe& err) {
    dup2(in.ends[0], STDIN_FILENO);
    dup2(err.ends[1], STDERR_FILENO);
    dup2(surroundings.stdout_file.empty() ? out.ends[1] : open(surroundings.stdout_file.c_str(), O_WRONLY), STDOUT_FILENO);
    if (surroundings.largest_file) {
        const rlimit limit{*surroundings.largest_file, *surroundings.largest_file};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    execute(arguments, surroundings.environment);
}

/// Reads what is there; false at the end.
bool read_some(int descriptor, std::string& into) {
    std::array<char, 65536> buffer;
    const auto count = read(descriptor, buffer.data(), buffer.size());
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
}

void collect(Pipe& in, Pipe& out, Pipe& err, int pid, const Surroundings& surroundings, Finished& result) {
    bool told = false;
    while (out.ends[0] >= 0 || err.ends[0] >= 0) {
        std::array<pollfd, 2> polled = {pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
        if (poll(polled.data(), polled.size(), 120'000) <= 0) {
            kill(pid, SIGKILL);
            throw std::runtime_error("vernier-cli hangs; stderr so far: " + result.err);
        }
        if (polled[0].revents != 0 && !read_some(out.ends[0], result.out)) out.close_end(0);
        if (polled[1].revents != 0 && !read_some(err.ends[0], result.err)) err.close_end(0);
        if (told || !surroundings.then || result.err.find(surroundings.wait_for) == std::string::npos) continue;
        told = true;
        surroundings.then(pid, in.ends[1]);
    }
}

}  // namespace

Json Finished::json() const { return Json::parse(out); }

std::vector<Json> Finished::events() const {
    std::vector<Json> found;
    std::istringstream lines(err);
    for (std::string line; std::getline(lines, line);) found.push_back(Json::parse(line));
    return found;
}

Finished run_cli(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
    Pipe in, out, err;
    const int pid = fork();
    if (pid < 0) throw std::runtime_error("cannot fork");
    if (pid == 0) become(arguments, surroundings, in, out, err);
    in.close_end(0);
    out.close_end(1);
    err.close_end(1);
    Finished result;
    collect(in, out, err, pid, surroundings, result);
    int status = 0;
    waitpid(pid, &status, 0);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

int start_cli(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
    const int pid = fork();
    if (pid < 0) throw std::runtime_error("cannot fork");
    if (pid > 0) return pid;
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, stream);
    execute(arguments, environment);
}

std::vector<std::string> listing(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace vernier::test
