// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evidence/compare.h"
#include "core/search/search.h"

namespace vernier {

/// What a comparison of one candidate by the limits of a search says; its error is not known by it.
[[nodiscard]] Validation judged(const Comparison& comparison);

}  // namespace vernier
