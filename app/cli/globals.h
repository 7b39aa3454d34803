// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace vernier::cli {

/// Options that every command takes.
struct Globals {
    bool json = false;
    bool events = false;
    std::string ort;
};

}  // namespace vernier::cli
