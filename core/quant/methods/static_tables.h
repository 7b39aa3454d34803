// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace vernier {

struct Prepared;

/// A Gather from a constant table that was chosen for INT8 static: it needs no range, and is written as in INT8 dynamic.
[[nodiscard]] bool is_static_table(const Prepared& prepared, std::size_t item);

}  // namespace vernier
