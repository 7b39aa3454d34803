// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/model/model.h"

namespace vernier {

/// The first input that no samples can be given for: text, a sequence, a map or an optional. Null where there is none.
[[nodiscard]] const Value* unfeedable_input(const Model& model);

/// "its input s takes text (string[N]), and samples hold numbers only".
[[nodiscard]] std::string why_unfeedable(const Value& input);

}  // namespace vernier
