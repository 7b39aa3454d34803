// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/stored_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vernier {
namespace {

/// Folded from stored codes, which lie in the file already.
bool is_code_already(const Prepared& prepared, int item, int slot) {
    return std::any_of(prepared.folds.reads.begin(), prepared.folds.reads.end(), [&](const Fold& fold) {
        if (fold.item != item || fold.slot != slot) return false;
        const int maker = prepared.edit.producer(fold.computed);
        return maker >= 0 && prepared.edit.item(static_cast<std::size_t>(maker)).proto.op_type() == "DequantizeLinear";
    });
}

}  // namespace

std::string why_no_codes(const Prepared& prepared, int item, int slot) {
    const GraphEdit& edit = prepared.edit;
    const std::string& name = edit.item(static_cast<std::size_t>(item)).proto.input(slot);
    if (!edit.is_constant(name)) return "its weight is computed, not constant";
    if (!edit.is_float_constant(name)) return "its weight is not float32";
    const auto dims = edit.dims(name);
    if (dims.size() < 2) return "its weight is a vector";
    if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return "its weight is empty";
    if (is_code_already(prepared, item, slot)) return "its weight is stored in integers already";
    if (!std::isfinite(edit.largest_magnitude(name))) return fmt::format("its weight '{}' holds NaN or infinity", name);
    return {};
}

bool is_read_in_float(const GraphEdit& edit, const std::string& name, const std::set<int>& chosen) {
    const auto readers = edit.readers(name);
    return edit.is_output(name) || !std::all_of(readers.begin(), readers.end(), [&](int reader) { return chosen.contains(reader); });
}

std::vector<std::string> settled_reasons(const std::vector<int>& items, const WhyNot& why_not) {
    std::vector<std::string> reasons(items.size());
    std::set<int> chosen(items.begin(), items.end());
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!chosen.contains(items[i])) continue;
            reasons[i] = why_not(items[i], chosen);
            if (reasons[i].empty()) continue;
            chosen.erase(items[i]);
            changed = true;
        }
    }
    return reasons;
}

}  // namespace vernier
