// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

namespace vernier {

/// What to know of the environment before Qt looks for a display; a field is empty where nothing is said.
struct DisplayWishes {
    std::string x11;             ///< DISPLAY
    std::string wayland;         ///< WAYLAND_DISPLAY
    std::string runtimeDir;      ///< XDG_RUNTIME_DIR
    bool platformNamed = false;  ///< QT_QPA_PLATFORM or -platform: Qt is told what to do
};
[[nodiscard]] DisplayWishes displayWishes(int argc, char** argv);

/// One line that says why no window can appear and what to do; nothing when one can. Qt would abort instead.
/// A display on this machine is asked by connecting to its socket; one on another machine is taken at its word.
[[nodiscard]] std::optional<std::string> noDisplay(const DisplayWishes& wishes);

}  // namespace vernier
