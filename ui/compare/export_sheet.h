// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <filesystem>
#include <optional>

#include "core/flow/measure_files.h"
#include "ui/sheet/sheet.h"

namespace vernier::ui {

class Session;

/// The comparison sheet of a session; nothing before there is a comparison.
[[nodiscard]] std::optional<Sheet> sheetOf(const Session& session);

/// The same sheet of a comparison that was saved as evidence (core/report/evidence.h).
[[nodiscard]] Sheet sheetOf(const ComparedFiles& compared);

/// Writes the sheet as PNG, SVG or PDF by the ending of path. Works without a window, on the offscreen platform too.
/// False, and why in error, when there is no comparison, the ending is another one or the file cannot be written.
bool exportSheet(const Session& session, const QString& path, QString* error);

/// Reads evidence and writes its sheet in the same forms. The file is whole or untouched. Throws Error{usage} for another ending or
/// an output that is the evidence itself, and as read_evidence and write_file. Returns one line that says what was written.
QString exportEvidence(const std::filesystem::path& evidence, const std::filesystem::path& out, const Theme& theme);

}  // namespace vernier::ui
