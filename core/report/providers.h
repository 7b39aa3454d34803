// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/evidence/figures.h"

namespace vernier {

/// Execution providers of the trials, each once, in their order: "CPU", "CPU and OpenVINO (device_type=CPU)".
[[nodiscard]] std::string providers_text(const TrialViews& trials);

/// What the runtime executed of a model: on the CPU "20 INT8, 3 float", on another provider "1 part on OpenVINO, 3 operators on CPU".
/// Empty without a profile.
[[nodiscard]] std::string ran_text(const Measurement& measured);

}  // namespace vernier
