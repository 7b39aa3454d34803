// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/wire.h"
#include "core/measure/subject.h"

namespace vernier {

/// What measuring sends to and from its child processes (core/base/wire.h).
[[nodiscard]] Json wire_json(const SubjectRequest& request);
[[nodiscard]] SubjectRequest request_from_wire(const Json& json);
[[nodiscard]] Json wire_json(const Opened& opened);
[[nodiscard]] Opened opened_from_wire(const Json& json);

}  // namespace vernier
