// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/evidence/figures.h"

namespace vernier {

/// One class of a detector, for tables.
struct ClassRow {
    std::string model, name, objects;
    std::string before, after, change;  ///< average precision in percent; change in points with its interval, "~" for no measurable difference
};

/// Of each candidate the classes whose average precision changed, those that lost most first, most of a candidate at most; empty for what is no
/// detector. left: how many changed classes are left out.
[[nodiscard]] std::vector<ClassRow> class_rows(const Comparison& comparison, std::size_t most, std::size_t& left);
[[nodiscard]] std::string classes_html(const Comparison& comparison);

}  // namespace vernier
