// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/edit.h"

namespace vernier {

/// Bodies that hold the same node twice (a recurrent cell with and without a first state) read one weight through nodes of their
/// own; folded and converted for each of them, it would be stored several times. Large constants that are equal become one, in
/// the innermost graph around all that read it. Models without bodies are left as they are. Returns how many it took away.
int share_equal_constants(GraphEdit& edit);

}  // namespace vernier
