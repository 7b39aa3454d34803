// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/stored_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/number_text.h"

namespace vernier {
namespace {

/// The node that makes a tensor, seen through those that move numbers only; nullptr where none does.
const onnx::NodeProto* maker_of(const GraphEdit& edit, const std::string& tensor) {
    constexpr std::array<std::string_view, 6> kMoves = {"Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity"};
    const int maker = edit.producer(tensor);
    if (maker < 0) return nullptr;
    const auto& node = edit.item(static_cast<std::size_t>(maker)).proto;
    const bool moves = std::find(kMoves.begin(), kMoves.end(), node.op_type()) != kMoves.end();
    return moves && !edit.is_constant(node.input(0)) ? maker_of(edit, node.input(0)) : &node;
}

/// Folded from stored codes, which lie in the file already.
bool is_code_already(const Prepared& prepared, int item, int slot) {
    return std::any_of(prepared.folds.reads.begin(), prepared.folds.reads.end(), [&](const Fold& fold) {
        if (fold.item != item || fold.slot != slot) return false;
        const onnx::NodeProto* maker = maker_of(prepared.edit, fold.computed);
        return maker != nullptr && maker->op_type() == "DequantizeLinear";
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

Finding dequantized_finding(std::string_view what, std::size_t nodes) {
    return {Severity::info,
            "weights-dequantized",
            kNone,
            {},
            {},
            fmt::format("The runtime turns the {} weights of {} into float on each run: the file gets smaller, not faster.", what,
                        nodes == 1 ? std::string("1 node") : fmt::format("{} nodes", grouped(nodes))),
            "Choose INT8 static or INT8 dynamic where speed is what counts."};
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
