// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/quant/methods/static_loss.h"
#include "core/quant/prepare.h"

namespace vernier {
namespace {

constexpr std::size_t kMostTold = 12;   ///< findings of one model; the plan says the rest node by node
constexpr std::size_t kMostNamed = 6;   ///< nodes in one finding

std::string names_of(const Prepared& prepared, const std::vector<int>& items) {
    std::vector<std::string> names;
    for (const int i : items) names.push_back(prepared.edit.item(static_cast<std::size_t>(i)).proto.name());
    const std::size_t more = names.size() > kMostNamed ? names.size() - kMostNamed : 0;
    names.resize(names.size() - more);
    std::string text = fmt::format("{}", fmt::join(names, ", "));
    return more == 0 ? text : fmt::format("{} and {} more", text, more);
}

/// Chosen by a rule or a click among the items.
std::vector<int> explicit_among(const Prepared& prepared, const std::vector<int>& items) {
    std::vector<int> found;
    for (const int i : items) {
        const NodeId origin = prepared.edit.item(static_cast<std::size_t>(i)).origin;
        if (origin >= 0 && prepared.choices[static_cast<std::size_t>(origin)].explicit_choice()) found.push_back(i);
    }
    return found;
}

Finding finding_of(const Prepared& prepared, const StaticLoss& loss, const std::vector<int>& bound) {
    const std::string node = prepared.edit.item(static_cast<std::size_t>(loss.item)).proto.name();
    const std::string lost = fmt::format("At {} INT8 loses small numbers beside large ones: {}; {:.1f} dB of the small ones would be left.", node,
                                         loss.what, std::max(0.0, loss.db));
    if (bound.empty())
        return {Severity::warning, "range-shared", kNone, node, loss.tensor, fmt::format("{} In FP32 stay: {}.", lost, names_of(prepared, loss.items)),
                "Choose INT8 static for them by a rule to have them quantized even so."};
    return {Severity::serious, "range-shared", kNone, node, loss.tensor, fmt::format("{} It is INT8 all the same, because a rule or a click chose: {}.",
                                                                                     lost, names_of(prepared, bound)),
            fmt::format("Choose FP32 for: {}.", names_of(prepared, loss.items))};
}

}  // namespace

void Prepared::keep_static_losses(const Ranges& ranges, const Calibration& calibration) {
    std::vector<std::string> told;
    for (bool changed = true; changed;) {
        changed = false;
        for (const StaticLoss& loss : static_losses(edit, static_plan, ranges, calibration)) {
            const std::vector<int> bound = explicit_among(*this, loss.items);
            const std::string key = fmt::format("{} {}", loss.item, loss.tensor);
            if (std::find(told.begin(), told.end(), key) == told.end()) {
                if (told.size() < kMostTold) findings.push_back(finding_of(*this, loss, bound));
                told.push_back(key);
            }
            if (!bound.empty()) continue;
            for (const int i : loss.items) {
                const NodeId origin = edit.item(static_cast<std::size_t>(i)).origin;
                if (origin < 0 || !problem[static_cast<std::size_t>(origin)].empty()) continue;
                problem[static_cast<std::size_t>(origin)] = fmt::format("INT8 would lose small numbers beside large ones in '{}'", loss.tensor);
                changed = true;
            }
        }
        if (changed) replan_static({});
    }
}

}  // namespace vernier
