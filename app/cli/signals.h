// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace vernier::cli {

/// Turns SIGINT, SIGTERM and, when asked, the end of stdin into one stop request, for as long as it lives.
/// A second SIGINT ends the process at once. SIGPIPE and SIGXFSZ are ignored, so that writing to a closed
/// pipe or past a limit is an error that is reported.
class Signals {
public:
    /// watch_stdin: the end of a pipe or socket on stdin stops as well (a file or terminal is not watched).
    explicit Signals(bool watch_stdin);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

    /// Calls act on a thread of its own when work goes on for this long after a stop was asked for: the runtime cannot be
    /// interrupted while it opens a model. act ends the process. Taken back when the result is destroyed.
    class [[nodiscard]] Overdue {
    public:
        Overdue(Signals& signals, std::chrono::milliseconds patience, std::function<void()> act);
        ~Overdue();
        Overdue(const Overdue&) = delete;
        Overdue& operator=(const Overdue&) = delete;

    private:
        Signals& signals_;
    };

private:
    void stop();
    void watch(bool stdin_too);
    [[nodiscard]] int wait_ms() const;
    void act_if_overdue();
    std::mutex mutex_;
    std::chrono::milliseconds patience_{0};
    std::function<void()> overdue_;
    std::chrono::steady_clock::time_point stopped_;
    std::stop_source source_;
    int pipe_[2] = {-1, -1};
    std::thread thread_;
};

}  // namespace vernier::cli
