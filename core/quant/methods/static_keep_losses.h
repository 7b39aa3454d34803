// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/prepare.h"

namespace vernier {

/// Keeps in float what would be lost in a scale that it shares with far larger numbers (static_losses), with findings; what was
/// chosen explicitly is only reported.
void keep_static_losses(Prepared& prepared, const Ranges& ranges, const Calibration& calibration);

}  // namespace vernier
