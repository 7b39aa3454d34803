// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/quant/methods/block_codes.h"
#include "core/quant/methods/weight_bias.h"
#include "core/quant/prepare.h"

namespace vernier {

/// Weights in codes of 4 bits for nodes that read floats only (Conv, ConvTranspose, LSTM, GRU, RNN); the runtime brings them back on each run:
///   Conv(x, W)  =>  codes [parts, size], scales [parts](, zero points [parts]) -> DequantizeLinear(axis 0) -> Reshape(shape of W) -> Conv(x, ...)
/// A part is a run of numbers of one row of W (all that lies behind its first axis; of recurrent nodes the last axis), so that the scales of
/// parts are scales of one axis, which any opset from 13 on can say: below 21 with com.microsoft's DequantizeLinear, which knows 4 bits too.

[[nodiscard]] bool reads_int4_parts(const onnx::NodeProto& node);

/// How long a part is: the divisor of a row's length, from 4 to 128, that is nearest to the block asked for; 0 where there is none.
[[nodiscard]] std::uint64_t part_size(std::uint64_t row_length, std::uint64_t block);

/// Slots of the weights of a node that reads_int4_parts().
[[nodiscard]] std::vector<int> int4_part_slots(const onnx::NodeProto& node);

/// Why the weights of such a node cannot be stored so; empty where they can.
[[nodiscard]] std::string why_no_int4_parts(const Prepared& prepared, int item);

class Int4PartsWriter {
public:
    Int4PartsWriter(GraphEdit& edit, const Prepared& prepared, WeightBias& bias) : edit_(edit), prepared_(prepared), bias_(bias) {}
    void write(int item);

private:
    /// The tensor that holds a weight in float, made of its codes.
    struct Stored {
        std::string floats;
        BlockCodes codes;  ///< [rows, numbers of a row]
    };
    const Stored& stored(int item, int slot);
    BlockCodes codes_of(int item, int slot) const;
    std::string written(const std::string& weight, const BlockCodes& codes);

    GraphEdit& edit_;
    const Prepared& prepared_;
    WeightBias& bias_;
    std::map<std::pair<std::string, bool>, Stored> stored_;  ///< of a weight, by whether its rows are those of recurrent nodes
};

}  // namespace vernier
