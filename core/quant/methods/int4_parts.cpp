// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/methods/int4_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/number_text.h"
#include "core/quant/attributes.h"
#include "core/quant/methods/block_codes.h"
#include "core/quant/methods/stored_weights.h"

namespace vernier {
namespace {

constexpr std::uint64_t kShortest = 4, kLongest = 128;
constexpr std::int64_t kOpsetWithInt4 = 21;  ///< of DequantizeLinear

bool is_recurrent(const onnx::NodeProto& node) { return node.op_type() == "LSTM" || node.op_type() == "GRU" || node.op_type() == "RNN"; }

std::uint64_t row_length(const std::vector<std::int64_t>& dims, bool recurrent) {
    if (recurrent) return static_cast<std::uint64_t>(dims.back());
    return element_count(dims) / static_cast<std::uint64_t>(dims.front());
}

}  // namespace

bool reads_int4_parts(const onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 2> kOthers = {"Conv", "ConvTranspose"};
    return is_standard(node) && (is_recurrent(node) || std::find(kOthers.begin(), kOthers.end(), node.op_type()) != kOthers.end());
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

std::vector<int> int4_part_slots(const onnx::NodeProto& node) { return is_recurrent(node) ? std::vector<int>{1, 2} : std::vector<int>{1}; }

std::string why_no_int4_parts(const Prepared& prepared, int item) {
    const auto& node = prepared.edit.item(static_cast<std::size_t>(item)).proto;
    for (const int slot : int4_part_slots(node)) {
        if (slot >= node.input_size()) return "it has no weight";
        if (std::string why = why_no_codes(prepared, item, slot); !why.empty()) return why;
        const std::uint64_t length = row_length(prepared.edit.dims(node.input(slot)), is_recurrent(node));
        if (part_size(length, prepared.weights.block) == 0)
            return fmt::format("the {} numbers of a row of its weight are not made of equal parts of {} to {}, of which each could have a scale",
                               grouped(length), kShortest, kLongest);
    }
    return {};
}

void Int4PartsWriter::write(int item) {
    const onnx::NodeProto node = edit_.item(static_cast<std::size_t>(item)).proto;
    for (const int slot : int4_part_slots(node)) edit_.set_input(item, slot, stored(node.input(slot), is_recurrent(node)));
}

/// The tensor that holds a weight in float, made of its codes.
std::string Int4PartsWriter::stored(const std::string& weight, bool recurrent) {
    std::string& floats = floats_[{weight, recurrent}];
    if (!floats.empty()) return floats;
    const auto dims = edit_.dims(weight);
    const std::uint64_t size = part_size(row_length(dims, recurrent), weights_.block), parts = element_count(dims) / size;
    const BlockCodes codes = quantize_blocks(edit_.floats(weight), parts, size, {size, weights_.zero_points, weights_.rounding != "nearest"});
    const auto rows = static_cast<std::int64_t>(parts);
    const ElementType type = weights_.zero_points ? ElementType::uint4 : ElementType::int4;
    std::vector<std::string> inputs = {edit_.add_constant(weight + "_4bit", type, {rows, static_cast<std::int64_t>(size)},
                                                          weights_.zero_points ? packed_flat(codes.codes) : packed_signed(codes.codes)),
                                       edit_.add_constant(weight + "_4bit_scale", ElementType::float32, {rows}, codes.scales)};
    if (weights_.zero_points) inputs.push_back(edit_.add_constant(weight + "_4bit_zero_point", type, {rows}, packed_flat(codes.zeros)));
    const bool standard = edit_.opset() >= kOpsetWithInt4;
    if (!standard) edit_.set_opset("com.microsoft", 1);
    const std::string in_parts = edit_.fresh(weight + "_parts");
    floats = edit_.fresh(weight + "_float");
    const int read = edit_.add("DequantizeLinear", inputs, {in_parts}, weight + "_DequantizeLinear", standard ? "" : "com.microsoft");
    set_attribute(edit_.item(static_cast<std::size_t>(read)).proto, "axis", 0);
    edit_.add("Reshape", {in_parts, edit_.add_constant(weight + "_shape", ElementType::int64, {static_cast<std::int64_t>(dims.size())}, dims)}, {floats},
              weight + "_Reshape");
    return floats;
}

}  // namespace vernier
