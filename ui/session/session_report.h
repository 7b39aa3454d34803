// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace vernier::ui {

class Trials;

/// The comparison as it is now (limits, names, rows) as one HTML page; empty before there is one.
[[nodiscard]] std::string reportHtml(const Trials& trials);

}  // namespace vernier::ui
