// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "core/measure/profile_json.h"
#include "core/measure/subject.h"
#include "core/measure/wire.h"

extern "C" char** environ;

namespace vernier {
namespace {

/// A started program, and our end of the socket that is its stdin. Killed at the end of its life.
class Child {
public:
    explicit Child(const std::filesystem::path& program) {
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail(program, errno);
        socket_ = ends[0];
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
        std::string path = program.string(), argument = kWorkerArgument;
        char* arguments[] = {path.data(), argument.data(), nullptr};
        const int problem = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, arguments, environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (problem != 0) {
            ::close(socket_);
            fail(program, problem);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::close(socket_);
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] int socket() const { return socket_; }

    /// Why it ended, for a person.
    [[nodiscard]] std::string ending() {
        int status = 0;
        const pid_t ended = ::waitpid(std::exchange(pid_, -1), &status, 0);
        if (ended > 0 && WIFSIGNALED(status)) return fmt::format("signal {}: {}", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
        return fmt::format("exit code {}", ended > 0 ? WEXITSTATUS(status) : -1);
    }

private:
    [[noreturn]] static void fail(const std::filesystem::path& program, int problem) {
        throw Error(ErrorKind::internal, fmt::format("a process to measure in cannot be started: {}", ::strerror(problem)), {.file = program.string()});
    }

    pid_t pid_ = -1;
    int socket_ = -1;
};

class SubjectInChild final : public Subject {
public:
    SubjectInChild(const std::filesystem::path& program, const RuntimePtr& runtime, const SubjectRequest& request, Job job)
        : model_(request.model), job_(std::move(job)), child_(program) {
        Json message = {{"do", "open"}, {"runtime", runtime->path().string()}, {"request", wire_json(request)}};
        opened_ = opened_from_wire(call(message));
    }

    [[nodiscard]] const Opened& opened() const override { return opened_; }
    void ask(const std::map<std::string, Tensor>& inputs) override { send({{"do", "answer"}, {"inputs", wire_json(inputs)}}); }
    [[nodiscard]] std::vector<float> answer() override { return floats_from_wire(receive()); }
    [[nodiscard]] double warm_up() override { return call({{"do", "warm_up"}}).get<double>(); }
    [[nodiscard]] std::vector<double> block(int runs) override {
        return call({{"do", "block"}, {"runs", runs}}).get<std::vector<double>>();
    }
    [[nodiscard]] std::vector<ProfileEvent> profile() override { return profile_from_json(call({{"do", "profile"}})); }

private:
    [[noreturn]] void lost() {
        throw Error(ErrorKind::bad_model, fmt::format("ONNX Runtime ended its process while it ran this model ({})", child_.ending()),
                    {.file = model_.string()}, "Leave this model out, or measure it on another build of the runtime with --ort.");
    }

    void send(const Json& message) {
        if (!send_message(child_.socket(), message)) lost();
    }

    Json receive() {
        auto reply = receive_message(child_.socket(), job_.stop());
        if (!reply) lost();
        if (const auto error = reply->find("error"); error != reply->end()) throw error_from_wire(*error);
        return std::move(reply->at("result"));
    }

    Json call(const Json& message) {
        send(message);
        return receive();
    }

    std::filesystem::path model_;
    Job job_;
    Child child_;
    Opened opened_;
};

/// Does what one message asks for.
Json serve(const Json& message, std::unique_ptr<Subject>& subject) {
    const auto what = message.at("do").get<std::string>();
    if (what == "open") {
        const RuntimePtr runtime = Runtime::load(message.at("runtime").get<std::string>());
        subject = open_here(runtime, request_from_wire(message.at("request")), {});
        return wire_json(subject->opened());
    }
    if (what == "answer") {
        subject->ask(tensors_from_wire(message.at("inputs")));
        return wire_json(subject->answer());
    }
    if (what == "warm_up") return subject->warm_up();
    if (what == "block") return subject->block(message.at("runs").get<int>());
    if (what == "profile") return profile_json(subject->profile());
    throw Error(ErrorKind::internal, fmt::format("unknown message \"{}\"", what));
}

}  // namespace

std::unique_ptr<Subject> open_in_child(const std::filesystem::path& program, const RuntimePtr& runtime, const SubjectRequest& request,
                                       const Job& job) {
    return std::make_unique<SubjectInChild>(program, runtime, request, job);
}

int serve_subject(int socket) {
    std::unique_ptr<Subject> subject;
    while (const auto message = receive_message(socket)) {
        Json reply;
        try {
            reply["result"] = serve(*message, subject);
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
