// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

private:
    void watch(bool stdin_too);
    std::stop_source source_;
    int pipe_[2] = {-1, -1};
    std::thread thread_;
};

}  // namespace vernier::cli
