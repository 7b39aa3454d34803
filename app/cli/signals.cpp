// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "core/base/error.h"

namespace vernier::cli {
namespace {

constexpr char kStop = 's';
constexpr char kQuit = 'q';

// A signal handler can reach nothing but globals; request_stop() may not be called from one, a write to a pipe may.
std::atomic<int> wake_descriptor{-1};

void on_signal(int) {
    const int saved = errno;
    const int descriptor = wake_descriptor.load();
    if (descriptor >= 0) [[maybe_unused]]
        const auto written = write(descriptor, &kStop, 1);
    errno = saved;
}

bool is_stream(int descriptor) {
    struct stat info {};
    return fstat(descriptor, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

/// True when the stream has ended; what it holds is dropped.
bool drained_to_end(int descriptor) {
    std::array<char, 256> buffer;
    const auto count = read(descriptor, buffer.data(), buffer.size());
    return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

}  // namespace

Signals::Signals(bool watch_stdin) {
    if (pipe2(pipe_, O_CLOEXEC) != 0) throw Error(ErrorKind::internal, "no pipe for signals");
    wake_descriptor = pipe_[1];
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, nullptr);
    action.sa_flags = SA_RESETHAND;  // the second SIGINT meets the default: the process ends
    sigaction(SIGINT, &action, nullptr);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, nullptr);
    sigaction(SIGXFSZ, &ignore, nullptr);
    thread_ = std::thread([this, stdin_too = watch_stdin && is_stream(STDIN_FILENO)] { watch(stdin_too); });
}

Signals::~Signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(SIGTERM, &standard, nullptr);
    sigaction(SIGINT, &standard, nullptr);
    wake_descriptor = -1;
    [[maybe_unused]] const auto written = write(pipe_[1], &kQuit, 1);
    thread_.join();
    close(pipe_[0]);
    close(pipe_[1]);
}

void Signals::stop() {
    if (!source_.request_stop()) return;
    const std::scoped_lock lock(mutex_);
    stopped_ = std::chrono::steady_clock::now();
}

/// Asleep until something happens; awake from time to time once a stop was asked for.
int Signals::wait_ms() const { return source_.stop_requested() ? 50 : -1; }

void Signals::act_if_overdue() {
    const std::scoped_lock lock(mutex_);
    if (overdue_ && std::chrono::steady_clock::now() - stopped_ > patience_) overdue_();
}

Signals::Overdue::Overdue(Signals& signals, std::chrono::milliseconds patience, std::function<void()> act) : signals_(signals) {
    const std::scoped_lock lock(signals_.mutex_);
    signals_.patience_ = patience;
    signals_.overdue_ = std::move(act);
}

Signals::Overdue::~Overdue() {
    const std::scoped_lock lock(signals_.mutex_);
    signals_.overdue_ = {};
}

void Signals::watch(bool stdin_too) {
    while (true) {
        std::array<pollfd, 2> polled = {pollfd{pipe_[0], POLLIN, 0}, pollfd{stdin_too ? STDIN_FILENO : -1, POLLIN, 0}};
        const int ready = poll(polled.data(), polled.size(), wait_ms());
        if (ready == 0) act_if_overdue();
        if (ready <= 0) continue;
        char what = 0;
        if ((polled[0].revents & POLLIN) != 0 && read(pipe_[0], &what, 1) == 1) {
            if (what == kQuit) return;
            stop();
        }
        if (polled[1].revents != 0 && drained_to_end(STDIN_FILENO)) {
            stdin_too = false;
            stop();
        }
    }
}

}  // namespace vernier::cli
