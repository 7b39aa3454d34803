// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/level_cause.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/base/provenance.h"
#include "core/layers/quant_range.h"
#include "core/model/weights.h"

namespace vernier {
namespace {

/// The DequantizeLinear that a node reads first; nullptr for none.
const Node* dequantize_before(const Model& file, const Node& node) {
    const NodeId maker = node.inputs.empty() || node.inputs[0] == kNone ? kNone : file.value(node.inputs[0]).producer;
    return maker != kNone && file.node(maker).op_type == "DequantizeLinear" && file.node(maker).inputs.size() > 1 ? &file.node(maker) : nullptr;
}

/// Constant numbers of an input; empty where it has none.
std::vector<float> constant_floats(const Model& file, const Node& node, std::size_t slot) {
    const Initializer* tensor = slot >= node.inputs.size() || node.inputs[slot] == kNone ? nullptr : file.constant(node.inputs[slot]);
    return tensor == nullptr ? std::vector<float>() : to_floats(*tensor);
}

/// A float bias becomes int32 codes with the scale of input times weight, which a weight that is as good as zero makes too small.
std::string overflowing_bias(const Model& file, const Node& node) {
    const Node* input = dequantize_before(file, node);
    const StoredCodes weight = stored_codes(file, node, 1);
    const std::vector<float> bias = constant_floats(file, node, 2);
    if (input == nullptr || weight.codes == nullptr || weight.scale == nullptr || bias.empty()) return {};
    const std::vector<float> of_input = constant_floats(file, *input, 1), of_weight = to_floats(*weight.scale);
    if (of_input.size() != 1 || (of_weight.size() != bias.size() && of_weight.size() != 1)) return {};
    std::size_t first = bias.size(), count = 0;
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const double step = static_cast<double>(of_input[0]) * of_weight[of_weight.size() == 1 ? 0 : i];
        if (std::abs(bias[i]) <= step * std::numeric_limits<std::int32_t>::max()) continue;
        first = std::min(first, i);
        ++count;
    }
    if (count == 0) return {};
    const double step = static_cast<double>(of_input[0]) * of_weight[of_weight.size() == 1 ? 0 : first];
    return fmt::format(
        "The runtime makes int32 codes of its float bias, with the scale of input times weight: {} of {} numbers do not fit (channel {}: {:.3g} in steps "
        "of {:.3g}).",
        count, bias.size(), first, bias[first], step);
}

/// Products of uint8 and int8 codes are added by twos in 16 bits where the CPU has no VNNI.
std::string cut_sums(const Model& file, const Node& node) {
    const std::vector<std::string> flags = this_host().cpu_flags;
    const auto has = [&](const char* flag) { return std::find(flags.begin(), flags.end(), flag) != flags.end(); };
    if (!has("avx2") || has("avx512_vnni") || has("avx_vnni")) return {};
    const Node* input = dequantize_before(file, node);
    const StoredCodes weight = stored_codes(file, node, 1);
    if (input == nullptr || weight.codes == nullptr || weight.codes->type != ElementType::int8) return {};
    if (file.value(input->inputs[0]).type.element != ElementType::uint8) return {};
    std::vector<float> codes = to_floats(*weight.codes);
    for (float& code : codes) code = std::abs(code);
    if (codes.size() < 2) return {};
    std::partial_sort(codes.begin(), codes.begin() + 2, codes.end(), std::greater<>());
    if (255 * (codes[0] + codes[1]) <= std::numeric_limits<std::int16_t>::max()) return {};
    return "This CPU adds two products of its codes in 16 bits (it has no VNNI), where large ones are cut off.";
}

}  // namespace

std::string level_cause(const Model& file, NodeId id, const Audit& audit) {
    if (id == kNone) return {};
    const Node& node = file.node(id);
    const auto own = std::find_if(audit.nodes.begin(), audit.nodes.end(), [id](const NodeAudit& each) { return each.index == id; });
    if (std::find(audit.self_quantized.begin(), audit.self_quantized.end(), node.label) != audit.self_quantized.end())
        return "The runtime quantizes its float weight by itself, with one scale for the tensor.";
    const bool is_integer = own == audit.nodes.end() || own->verdict == NodeAudit::Verdict::integer || own->verdict == NodeAudit::Verdict::absorbed;
    if (is_integer) {
        if (std::string text = overflowing_bias(file, node); !text.empty()) return text;
        if (std::string text = cut_sums(file, node); !text.empty()) return text;
    }
    if (own == audit.nodes.end() || own->runs_as.empty() || own->runs_as == node.op_type) return {};
    return fmt::format("With them the runtime runs it as {}, without as the file says.", own->runs_as);
}

}  // namespace vernier
