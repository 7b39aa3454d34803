// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/int4_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/number_text.h"
#include "core/quant/attributes.h"
#include "core/quant/methods/stored_weights.h"
#include "core/quant/methods/weight_walk.h"
#include "core/quant/rounding/sample_rounding.h"

namespace vernier {
namespace {

constexpr std::uint64_t kShortest = 4, kLongest = 128;
constexpr std::int64_t kOpsetWithInt4 = 21;  ///< of DequantizeLinear

std::uint64_t row_length(const std::vector<std::int64_t>& dims, bool recurrent) {
    if (recurrent) return static_cast<std::uint64_t>(dims.back());
    return element_count(dims) / static_cast<std::uint64_t>(dims.front());
}

}  // namespace

bool reads_int4_parts(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 2> kOthers = {"Conv", "ConvTranspose"};
    return is_standard(node) && (is_recurrent(node.op_type()) || std::find(kOthers.begin(), kOthers.end(), node.op_type()) != kOthers.end());
}

std::uint64_t part_size(std::uint64_t row_length, std::uint64_t block) {
    std::uint64_t best = 0;
    double least = 0;
    for (std::uint64_t size = kShortest; size <= std::min(row_length, kLongest); ++size) {
        if (row_length % size != 0) continue;
        const double away = static_cast<double>(std::max(size, block)) / static_cast<double>(std::min(size, block));
        if (best != 0 && away >= least) continue;
        best = size;
        least = away;
    }
    return best;
}

std::vector<int> int4_part_slots(const onnx::NodeProto& node) { return is_recurrent(node.op_type()) ? std::vector<int>{1, 2} : std::vector<int>{1}; }

std::string why_no_int4_parts(const Prepared& prepared, int item) {
    const auto& node = prepared.edit.item(static_cast<std::size_t>(item)).proto;
    for (const int slot : int4_part_slots(node)) {
        if (slot >= node.input_size()) return "it has no weight";
        if (std::string why = why_no_codes(prepared, item, slot); !why.empty()) return why;
        const std::uint64_t length = row_length(prepared.edit.dims(node.input(slot)), is_recurrent(node.op_type()));
        if (part_size(length, prepared.weights.block) == 0)
            return fmt::format("the {} numbers of a row of its weight are not made of equal parts of {} to {}, of which each could have a scale",
                               grouped(length), kShortest, kLongest);
    }
    return {};
}

void Int4PartsWriter::write(int item) {
    const onnx::NodeProto node = edit_.item(static_cast<std::size_t>(item)).proto;
    for (const int slot : int4_part_slots(node)) {
        const Stored& weight = stored(item, slot);
        if (slot == 1 && bias_.gives_back(item))
            bias_.give_back(item, {edit_.floats(node.input(slot)), weight.codes.values(), weight_walk(node, edit_.dims(node.input(slot)))});
        edit_.set_input(item, slot, weight.floats);
    }
}

const Int4PartsWriter::Stored& Int4PartsWriter::stored(int item, int slot) {
    const auto& node = edit_.item(static_cast<std::size_t>(item)).proto;
    const std::string weight = node.input(slot);
    Stored& stored = stored_[{weight, is_recurrent(node.op_type())}];
    if (!stored.floats.empty()) return stored;
    stored.codes = codes_of(item, slot);
    stored.floats = written(weight, stored.codes);
    return stored;
}

BlockCodes Int4PartsWriter::codes_of(int item, int slot) const {
    const auto& node = edit_.item(static_cast<std::size_t>(item)).proto;
    const auto dims = edit_.dims(node.input(slot));
    const std::uint64_t length = row_length(dims, is_recurrent(node.op_type())), size = part_size(length, prepared_.weights.block);
    const bool summed = node.op_type() != "ConvTranspose";  // whose rows lie across output channels
    const BlockForm form{size, prepared_.weights.zero_points, prepared_.weights.rounding != "nearest", summed};
    const std::vector<float> values = edit_.floats(node.input(slot));
    BlockCodes codes = quantize_blocks(values, element_count(dims) / length, length, form);
    if (prepared_.rounding && slot == 1) prepared_.rounding->round(item, {values, weight_walk(node, dims), form, bias_.gives_back(item)}, codes);
    return codes;
}

std::string Int4PartsWriter::written(const std::string& weight, const BlockCodes& codes) {
    const auto dims = edit_.dims(weight);
    const auto parts = static_cast<std::int64_t>(codes.scales.size());
    const bool zero_points = prepared_.weights.zero_points;
    const ElementType type = zero_points ? ElementType::uint4 : ElementType::int4;
    std::vector<std::string> inputs = {edit_.add_constant(weight + "_4bit", type, {parts, static_cast<std::int64_t>(codes.block)},
                                                          zero_points ? packed_flat(codes.codes) : packed_signed(codes.codes)),
                                       edit_.add_constant(weight + "_4bit_scale", ElementType::float32, {parts}, codes.scales)};
    if (zero_points) inputs.push_back(edit_.add_constant(weight + "_4bit_zero_point", type, {parts}, packed_flat(codes.zeros)));
    const bool standard = edit_.opset() >= kOpsetWithInt4;
    if (!standard) edit_.set_opset("com.microsoft", 1);
    const std::string in_parts = edit_.fresh(weight + "_parts"), floats = edit_.fresh(weight + "_float");
    const int read = edit_.add("DequantizeLinear", inputs, {in_parts}, weight + "_DequantizeLinear", standard ? "" : "com.microsoft");
    set_attribute(edit_.item(static_cast<std::size_t>(read)).proto, "axis", 0);
    edit_.add("Reshape", {in_parts, edit_.add_constant(weight + "_shape", ElementType::int64, {static_cast<std::int64_t>(dims.size())}, dims)}, {floats},
              weight + "_Reshape");
    return floats;
}

}  // namespace vernier
