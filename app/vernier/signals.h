// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace vernier {

/// From now on SIGINT, SIGTERM and SIGHUP end the event loop with 128 plus their number, without a question, so that
/// running jobs stop and temporary files go. A second signal ends the program at once.
void endLoopOnSignals(QObject* owner);

}  // namespace vernier
