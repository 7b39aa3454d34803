// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/json.h"

namespace vernier {

/// Turns what the JSON library throws into our own error.
template <class Read>
auto reading(const char* what, const Read& read) {
    try {
        return read();
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorKind::bad_data, fmt::format("the saved {} cannot be read: a field is missing, or has another form", what));
    }
}

}  // namespace vernier
