// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier {

/// Removes the temporary folders of this process: for an exit that runs no destructors.
void remove_temporary_folders();

}  // namespace vernier
