// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/deadline.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace vernier {
namespace {

Job telling(const Job& starter, std::stop_token stop) {
    return {std::move(stop),
            {[starter](std::string_view stage, std::uint64_t done, std::uint64_t total) { starter.step(stage, done, total); },
             [starter](const Finding& finding) { starter.report(finding); }, [starter](const Json& value) { starter.partial(value); }}};
}

}  // namespace

Deadline::Deadline(const Job& starter)
    : job_(telling(starter, source_.get_token())), forward_(starter.stop(), std::function<void()>([this] { source_.request_stop(); })) {}

void Deadline::stop_in(double seconds) {
    timer_ = std::jthread(
        [this, until = std::chrono::steady_clock::now() + std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8))](const std::stop_token& stop) {
            std::unique_lock lock(mutex_);
            const auto due = std::chrono::time_point_cast<std::chrono::steady_clock::duration>(until);
            wake_.wait_until(lock, stop, due, [] { return false; });
            if (stop.stop_requested()) return;
            over_ = true;
            source_.request_stop();
        });
}

}  // namespace vernier
