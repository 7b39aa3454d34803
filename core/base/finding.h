// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace vernier {

enum class Severity { info, warning, serious };

[[nodiscard]] std::string_view name(Severity severity);

/// What a user should know: a value, never a reason to stop.
struct Finding {
    Severity severity = Severity::info;
    std::string code = {};       ///< stable and documented, e.g. "dynamic-conv"
    std::int32_t node = -1;      ///< NodeId, or -1
    std::string node_name = {};  ///< the node's label, or empty
    std::string tensor = {};     ///< tensor name, or empty
    std::string text = {};       ///< one sentence
    std::string remedy = {};     ///< what to do, or empty
    std::string file = {};       ///< of several models, the file of the one that it is about; the text does not name it

    bool operator==(const Finding&) const = default;
};

[[nodiscard]] Json to_json(const Finding& finding);
[[nodiscard]] Json to_json(const std::vector<Finding>& findings);
[[nodiscard]] Finding finding_from_json(const Json& json);

}  // namespace vernier
