// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/roundings.h"

#include <algorithm>
#include <array>

namespace vernier {
namespace {

constexpr std::array kRoundings = {
    RoundingRow{"nearest", "rounds to the nearest code of a scale that reaches the largest weight"},
    RoundingRow{"fitted", "does so too, but a block of INT4 has the scale that loses least, and its codes let errors cancel in sums"},
    RoundingRow{"samples", "chooses codes that make up for each other's errors on the calibration samples, where held-out ones confirm it", true},
};

}  // namespace

std::span<const RoundingRow> roundings() { return kRoundings; }

const RoundingRow* find_rounding(std::string_view id) {
    const auto found = std::find_if(kRoundings.begin(), kRoundings.end(), [&](const RoundingRow& row) { return row.id == id; });
    return found == kRoundings.end() ? nullptr : &*found;
}

std::vector<std::string> rounding_ids() {
    std::vector<std::string> ids;
    for (const RoundingRow& row : kRoundings) ids.emplace_back(row.id);
    return ids;
}

}  // namespace vernier
