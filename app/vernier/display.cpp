// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/vernier/display.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace vernier {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// Whether someone listens at a local socket; a path that begins with a zero byte is Linux' abstract name.
bool answers(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof(address.sun_path)) {
        return false;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return true;  // nothing is known
    }
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (path[0] == 0 ? 0 : 1));
    const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    ::close(socket);
    return connected;
}

/// DISPLAY is ":0", ":0.0", "unix:0" or "host:0".
bool x11Answers(const std::string& display) {
    const std::size_t colon = display.rfind(':');
    if (colon == std::string::npos) {
        return false;
    }
    const std::string host = display.substr(0, colon);
    const std::string number = display.substr(colon + 1, display.find('.', colon) - colon - 1);
    if (number.empty() || !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return false;
    }
    if (!host.empty() && host != "unix") {
        return true;
    }
    const std::string path = "/tmp/.X11-unix/X" + number;
    return answers(std::string(1, '\0') + path) || answers(path);
}

bool waylandAnswers(const DisplayWishes& wishes) { return answers(wishes.wayland[0] == '/' ? wishes.wayland : wishes.runtimeDir + "/" + wishes.wayland); }

}  // namespace

DisplayWishes displayWishes(int argc, char** argv) {
    DisplayWishes wishes{environment("DISPLAY"), environment("WAYLAND_DISPLAY"), environment("XDG_RUNTIME_DIR")};
    const bool argument = std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "-platform" || word == "--platform"; });
    wishes.platformNamed = argument || !environment("QT_QPA_PLATFORM").empty();
    return wishes;
}

std::optional<std::string> noDisplay(const DisplayWishes& wishes) {
    if (wishes.platformNamed || (!wishes.wayland.empty() && waylandAnswers(wishes)) || (!wishes.x11.empty() && x11Answers(wishes.x11))) {
        return std::nullopt;
    }
    const std::string named = !wishes.x11.empty() ? "DISPLAY=" + wishes.x11 : wishes.wayland.empty() ? "" : "WAYLAND_DISPLAY=" + wishes.wayland;
    return (named.empty() ? "there is no display to open a window on" : "no display answers at " + named) +
           "; log in to a desktop, use vernier-cli, or set QT_QPA_PLATFORM=offscreen to run without a screen";
}

}  // namespace vernier
