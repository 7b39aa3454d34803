// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vernier::cli {

Progress::~Progress() { clear(); }

void Progress::step(std::string_view stage, std::uint64_t done, std::uint64_t total) {
    if (mode_ == Mode::off) return;
    const std::scoped_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const bool important = stage != stage_ || (total != 0 && done >= total);
    if (!important && now - last_ < std::chrono::milliseconds(100)) return;
    stage_ = std::string(stage);
    last_ = now;
    if (mode_ == Mode::events) {
        const Json event = {{"event", "progress"}, {"stage", stage_}, {"done", done}, {"total", total}};
        write_line(event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
        return;
    }
    std::string line = "\r\x1b[K" + stage_;
    if (total != 0) {
        constexpr std::uint64_t kWidth = 24;
        const std::uint64_t filled = std::min(kWidth, done * kWidth / total);
        line += fmt::format("  [{:<{}}] {}/{}", std::string(filled, '#'), kWidth, done, total);
    }
    write_line(line);
    shown_ = true;
}

void Progress::event(const Json& event) {
    if (mode_ != Mode::events) return;
    const std::scoped_lock lock(mutex_);
    write_line(event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Progress::clear() {
    const std::scoped_lock lock(mutex_);
    if (!shown_) return;
    write_line("\r\x1b[K");
    shown_ = false;
}

void Progress::write_line(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const auto count = write(STDERR_FILENO, text.data() + done, text.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;  // nobody listens; the result still counts
        done += static_cast<std::size_t>(count);
    }
}

}  // namespace vernier::cli
