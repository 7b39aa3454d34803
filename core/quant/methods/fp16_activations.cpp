// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/fp16_activations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/quant/methods/fp16_slots.h"
#include "core/quant/methods/half.h"

namespace vernier {
namespace {

enum class Trouble { overflow, vanishes, underflow };

float largest_of(const Observed& observed) { return std::max(std::fabs(observed.min), std::fabs(observed.max)); }

std::optional<Trouble> trouble_of(const Observed& observed) {
    const float largest = largest_of(observed);
    if (observed.count == 0 || largest == 0) return std::nullopt;
    if (largest > kHalfMax) return Trouble::overflow;
    if (largest <= kHalfToZero) return Trouble::vanishes;
    if (largest < kHalfNormalMin) return Trouble::underflow;
    return std::nullopt;
}

/// The computed float tensors that a node would read or write as half, and whether it writes them.
std::vector<std::pair<std::string, bool>> tensors_of(const GraphEdit& edit, const detail::HalfRules& rules, int index) {
    const detail::HalfSlots slots = rules.slots(index);
    const auto& node = edit.item(static_cast<std::size_t>(index)).proto;
    std::vector<std::pair<std::string, bool>> tensors;
    if (!slots.why.empty()) return tensors;
    const auto take = [&](const std::string& name, bool half, bool written) {
        if (half && rules.is_float(name) && !edit.is_constant(name)) tensors.emplace_back(name, written);
    };
    for (int i = 0; i < node.input_size(); ++i) take(node.input(i), slots.inputs[static_cast<std::size_t>(i)], false);
    for (int i = 0; i < node.output_size(); ++i) take(node.output(i), slots.outputs[static_cast<std::size_t>(i)], true);
    return tensors;
}

std::string reason(const std::string& tensor, bool written, Trouble trouble, float largest) {
    const auto side = written ? "output" : "input";
    return trouble == Trouble::overflow
               ? fmt::format("its {} {} reaches {:.4g} on the calibration samples, beyond FP16's 65504", side, tensor, largest)
               : fmt::format("its {} {} is at most {:.3g} on the calibration samples and would become zero in FP16", side, tensor, largest);
}

/// Nodes that touch a tensor: how many, and the one to name (its producer where that is one of them).
struct Group {
    int named = -1;
    std::size_t count = 0;

    void add(int index, bool written) {
        if (count++ == 0 || written) named = index;
    }
};

/// What one tensor does to the nodes that touch it.
struct Touched {
    Trouble trouble = Trouble::overflow;
    float largest = 0;
    Group kept, forced;  ///< by the default, and by an override

    [[nodiscard]] int named() const { return kept.count > 0 ? kept.named : forced.named; }
};

std::string names_text(const GraphEdit& edit, const Group& group, std::string_view one, std::string_view many) {
    const std::string& name = edit.item(static_cast<std::size_t>(group.named)).proto.name();
    return group.count == 1 ? fmt::format("{} {}", name, one) : fmt::format("{} and {} more {}", name, group.count - 1, many);
}

std::string fate_text(const GraphEdit& edit, const Touched& touched) {
    if (touched.trouble == Trouble::underflow) return "it keeps fewer than 11 bits";
    std::string text;
    if (touched.kept.count > 0) text = names_text(edit, touched.kept, "stays in FP32", "stay in FP32");
    if (touched.forced.count > 0)
        text += fmt::format("{}{}, and the values become {} wherever half precision is really computed", text.empty() ? "" : "; ",
                            names_text(edit, touched.forced, "was chosen for FP16 and becomes it", "were chosen for FP16 and become it"),
                            touched.trouble == Trouble::overflow ? "infinite" : "zero");
    return text;
}

std::string remedy_text(const GraphEdit& edit, const Touched& touched) {
    if (touched.trouble == Trouble::underflow) return "Compare the outputs; where they differ, leave the nodes of this tensor in FP32.";
    return touched.forced.count == 0 ? "" : names_text(edit, touched.forced, "should be left in FP32.", "should be left in FP32.");
}

Finding finding_of(const GraphEdit& edit, const std::string& tensor, const Touched& touched) {
    const auto& item = edit.item(static_cast<std::size_t>(touched.named()));
    Finding finding;
    finding.severity = touched.trouble == Trouble::overflow || touched.forced.count > 0 ? Severity::serious : Severity::warning;
    finding.node = item.origin;
    finding.node_name = item.proto.name();
    finding.tensor = tensor;
    std::string reach;
    switch (touched.trouble) {
        case Trouble::overflow:
            finding.code = "fp16-overflow";
            reach = fmt::format("reaches {:.6g} on the calibration samples, beyond FP16's 65504", touched.largest);
            break;
        case Trouble::vanishes:
            finding.code = "fp16-vanishes";
            reach = fmt::format("is at most {:.3g} on the calibration samples and would become zero in FP16", touched.largest);
            break;
        case Trouble::underflow:
            finding.severity = Severity::warning;
            finding.code = "fp16-underflow";
            reach = fmt::format("is at most {:.3g} on the calibration samples, below FP16's smallest normal number 6.1e-05", touched.largest);
            break;
    }
    finding.text = fmt::format("{} {}: {}", tensor, reach, fate_text(edit, touched));
    finding.remedy = remedy_text(edit, touched);
    return finding;
}

}  // namespace

std::vector<std::string> half_tensors(const GraphEdit& edit, std::span<const HalfNode> nodes) {
    const detail::HalfRules rules(edit);
    std::set<std::string> names;
    for (const HalfNode& node : nodes)
        for (const auto& [name, written] : tensors_of(edit, rules, node.index)) names.insert(name);
    return {names.begin(), names.end()};
}

HalfActivations judge_half_activations(const GraphEdit& edit, std::span<const HalfNode> nodes, const Ranges& ranges) {
    const detail::HalfRules rules(edit);
    HalfActivations result;
    std::map<std::string, Touched> tensors;
    for (const HalfNode& node : nodes) {
        std::string& why = result.reasons.emplace_back();
        std::set<std::string> seen;
        for (const auto& [name, written] : tensors_of(edit, rules, node.index)) {
            const auto range = ranges.find(name);
            const auto trouble = range == ranges.end() ? std::nullopt : trouble_of(range->second);
            if (!trouble || !seen.insert(name).second) continue;
            Touched& touched = tensors.try_emplace(name, Touched{*trouble, largest_of(range->second), {}, {}}).first->second;
            (node.is_explicit ? touched.forced : touched.kept).add(node.index, written);
            if (*trouble != Trouble::underflow && !node.is_explicit && why.empty()) why = reason(name, written, *trouble, touched.largest);
        }
    }
    std::vector<std::pair<std::string, Touched>> ordered(tensors.begin(), tensors.end());
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.second.largest > b.second.largest; });
    for (const auto& [name, touched] : ordered) result.findings.push_back(finding_of(edit, name, touched));
    return result;
}

}  // namespace vernier
