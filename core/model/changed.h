// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace vernier {

/// Throws Error{bad_model} when one of the model's files was written to or replaced since it was opened: what is said of the
/// model, or made of it, would then be of two files.
void check_unchanged(const Model& model);

}  // namespace vernier
