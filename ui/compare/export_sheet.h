// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "ui/sheet/sheet.h"

namespace vernier::ui {

class Session;

/// The comparison sheet of a session; nothing before there is a comparison.
[[nodiscard]] std::optional<Sheet> sheetOf(const Session& session);

/// Writes the sheet as PNG, SVG or PDF by the ending of path. Works without a window, on the offscreen platform too.
/// False, and why in error, when there is no comparison, the ending is another one or the file cannot be written.
bool exportSheet(const Session& session, const QString& path, QString* error);

}  // namespace vernier::ui
