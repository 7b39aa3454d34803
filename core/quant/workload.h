// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/model.h"

namespace vernier {

/// Where a model's work and weights lie.
struct Workload {
    std::uint64_t macs = 0;            ///< of all nodes whose shapes are known
    std::uint64_t conv_macs = 0;       ///< Conv and ConvTranspose
    std::uint64_t depthwise_macs = 0;  ///< that part of conv_macs
    std::uint64_t matmul_macs = 0;     ///< MatMul and Gemm with constant weights
    std::uint64_t attention_macs = 0;  ///< MatMul of two computed tensors
    std::uint64_t recurrent_macs = 0;  ///< LSTM, GRU, RNN
    std::uint64_t weight_bytes = 0;    ///< of all float constants
    std::uint64_t table_bytes = 0;     ///< float tables that a Gather reads
    std::uint64_t recurrent_bytes = 0;
    std::size_t convs = 0, depthwise = 0, matmuls = 0, recurrents = 0, lstms = 0;
    std::size_t quantized_nodes = 0;  ///< nodes that are integer or weight-only already
    bool half = false;                ///< most weights are FP16 or BF16 already
};
[[nodiscard]] Workload workload_of(const Model& model);

/// So little work that converting to integers while the model runs costs more than it saves.
[[nodiscard]] bool tiny(const Workload& work);
/// So much of the work is convolution that it decides: integer kernels for Conv exist only with calibrated ranges, and dynamic
/// INT8 of the rest leaves all of that part in float.
[[nodiscard]] bool conv_decides(const Workload& work);
/// Half the storage is worth a file of its own.
[[nodiscard]] bool worth_halving(const Workload& work);
/// Some node has weights that integers can multiply.
[[nodiscard]] bool has_products(const Workload& work);

/// How a method suits a model.
struct MethodFit {
    bool suits = false;  ///< also where another one is to be tried first
    std::string text;    ///< one sentence
};

/// "97 %", for a person.
[[nodiscard]] std::string share_text(std::uint64_t part, std::uint64_t whole);
/// "1 Conv node", "3 Conv nodes".
[[nodiscard]] std::string nodes_text(std::size_t count, std::string_view op);

}  // namespace vernier
