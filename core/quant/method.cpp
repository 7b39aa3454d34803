// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/method.h"

namespace vernier {

std::optional<Method> method_from_id(std::string_view id) {
    for (const MethodRow& candidate : kMethods)
        if (candidate.id == id) return candidate.method;
    return std::nullopt;
}

}  // namespace vernier
