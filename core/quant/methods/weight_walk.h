// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"
#include "core/quant/methods/weights_int8.h"

namespace vernier {

[[nodiscard]] bool is_recurrent(std::string_view op);  ///< LSTM, GRU, RNN

/// How the weight (input 1) of a Conv or ConvTranspose, the matrix that a Gemm or MatMul multiplies by, or the one by which an LSTM, GRU or RNN
/// multiplies its input (channels are the gates of all directions) lies: channels are outputs, inputs what each of them reads, the window
/// that of a convolution. tap_share is left empty.
[[nodiscard]] WeightWalk weight_walk(const onnx::NodeProto& node, const std::vector<std::int64_t>& dims);

/// Shares of a Conv's or ConvTranspose's taps that read its input (tap_share.h), by the size of the input that is known for sure, else
/// by those that calibration saw; empty where neither is known, and for other nodes.
[[nodiscard]] std::vector<double> shares_of_taps(const GraphEdit& edit, const onnx::NodeProto& node, const std::vector<std::int64_t>& dims, const Ranges& seen);

/// A constant of one number a channel, or one for all, that a product adds: where it is read. node -1: there is none.
struct ChannelBias {
    int node = -1, slot = 0;
    std::string name = {};
    std::vector<float> values = {};  ///< one a channel
};

/// The bias of a Conv, ConvTranspose or Gemm (input 2), or the constant that the one reader of a MatMul, an Add, adds.
[[nodiscard]] ChannelBias channel_bias(const GraphEdit& edit, int item, std::size_t channels);

}  // namespace vernier
