// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What ran on one execution provider.
struct Placed {
    std::string provider;                 ///< "CPU", "OpenVINO"
    std::size_t parts = 0;                ///< made of several nodes by the provider itself: what is in them is not known
    std::size_t operators = 0;            ///< single ones
    double share = 0;                     ///< of the profiled time, 0 to 1
    std::set<std::string> op_types = {};  ///< of the single operators
    bool operator==(const Placed&) const = default;
};

/// A part that a provider made of several nodes: the runtime calls it after the provider, "OpenVINOExecutionProvider_OpenVINO-EP-subgraph_1_0".
[[nodiscard]] bool is_part(const ProfileEvent& event);

/// By the profile of a run: what ran, not what was asked for. The provider with most of the time first.
[[nodiscard]] std::vector<Placed> placement(const std::vector<ProfileEvent>& profile);

/// "1 part on OpenVINO, 3 operators on CPU"; empty without a profile.
[[nodiscard]] std::string text_of(const std::vector<Placed>& placed);

/// [{"provider", "parts", "operators", "share"}]; null without a profile.
[[nodiscard]] Json to_json(const std::vector<Placed>& placed);

}  // namespace vernier
