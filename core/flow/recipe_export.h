// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/flow/plan_file.h"

namespace vernier {

/// A plan as settings of onnxruntime.quantization: nodes_to_quantize (INT8 static, by name), per_channel, calibrate_method, TensorQuantOverrides (ranges that
/// the recipe gives). import_recipe reads them again.
[[nodiscard]] Json settings_of(const PlannedFile& planned);

/// A plan as a script in Python that does as much of it as onnxruntime.quantization can: INT8 static of named nodes, then INT8 dynamic, then FP16. What the
/// peer has nothing like (equal forms, bias correction, checks) is said in its head.
[[nodiscard]] std::string python_of(const PlannedFile& planned);

}  // namespace vernier
