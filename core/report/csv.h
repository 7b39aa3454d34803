// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/compare.h"

namespace vernier {

/// One row a model, the baseline first. Columns: model, title, role, recipe, sha256, samples, gate, operators that ran by what they compute in, then of each
/// figure its id, the ends of its 95 % interval, how it stands to the baseline's with the ends of that interval, and whether they differ; then metrics of a
/// metric command. Numbers have all their digits; a cell is empty where nothing is known. As RFC 4180 has it, with line feeds.
[[nodiscard]] std::string render_csv(const Comparison& comparison);

}  // namespace vernier
