// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace vernier {

/// How a process ended.
struct Ending {
    int signal = 0;      ///< what killed it; 0: it ended by itself
    int exit_code = -1;  ///< when it ended by itself

    [[nodiscard]] std::string text() const;  ///< "signal 11: Segmentation fault", "exit code 3"
};

/// A started program, and our end of the socket that is its stdin. Killed at the end of its life, unless it has ended.
class Worker {
public:
    /// Throws Error{internal} when it cannot be started.
    Worker(const std::filesystem::path& program, const std::vector<std::string>& arguments);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    [[nodiscard]] int socket() const { return socket_; }
    /// Sends it a signal; nothing when it has been waited for.
    void signal(int number) const;
    /// Processor seconds that it has taken; 0 when it has been waited for.
    [[nodiscard]] double cpu_seconds() const;
    /// Waits for its end.
    [[nodiscard]] Ending ending();

private:
    pid_t pid_ = -1;
    int socket_ = -1;
};

/// The worker's side: answers messages {"do": ...} from the socket with {"result": ...} or {"error": ...} until its other end
/// is closed. Whatever answer throws becomes an error. Returns the exit code.
int serve(int socket, const std::function<Json(const Json& message)>& answer);

}  // namespace vernier
