// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier {

/// Touches a buffer larger than the last-level cache, so that what a model needs has to come from memory again.
void fill_caches();

}  // namespace vernier
