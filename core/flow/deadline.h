// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/base/job.h"

namespace vernier {

/// Stops a job when a time is up, as well as when its starter does; what it tells reaches the starter.
class Deadline {
public:
    explicit Deadline(const Job& starter);
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// The job to work with.
    [[nodiscard]] const Job& job() const { return job_; }
    /// From now on; once.
    void stop_in(double seconds);
    /// The time was up, so that the job was stopped.
    [[nodiscard]] bool is_over() const { return over_; }

private:
    std::stop_source source_;
    Job job_;
    std::stop_callback<std::function<void()>> forward_;
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread timer_;  ///< last, so that it ends first
};

}  // namespace vernier
