// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/model/model.h"

namespace vernier {

/// An axis in a few letters: its size, or for one that is open a short form of its name or expression: "H/4" for
/// "floor(floor(height/2 - 1/2)/2) + 1", "T+2" for "sequence_length + 2". Roundings of one element are left out.
/// "?" when nothing is known, or what is known has no short form.
[[nodiscard]] std::string short_dim(const Dim& dim);

/// "float32[N,64,H/4,W/4]": ValueType::text() with short axes.
[[nodiscard]] std::string short_text(const ValueType& type);

}  // namespace vernier
