// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/measure/measure.h"

namespace vernier {

/// What a provider other than the CPU's took of a file, by the profile of a run: nothing (`provider-unused`), not all (`provider-partly`),
/// or all (`provider-whole`). Nothing for the CPU, or without a profile.
[[nodiscard]] std::vector<Finding> provider_findings(const Target& target, const std::vector<ProfileEvent>& profile, const std::string& file);

}  // namespace vernier
