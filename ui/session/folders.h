// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace vernier::ui {

class Session;

/// The folder that file dialogs begin in: where the user last opened or saved something, else the model's, unless that is
/// not the user's own (the demo lies among the program's files): then the documents.
[[nodiscard]] QString dialogFolder(const Session& session);
/// A file of this name there.
[[nodiscard]] QString dialogFile(const Session& session, const QString& name);
/// "MODEL.ending" there.
[[nodiscard]] QString dialogFileLike(const Session& session, const QString& ending);
/// The user chose this file in a dialog.
void rememberFolderOf(const QString& path);

}  // namespace vernier::ui
