// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/model/model.h"
#include "core/quant/method.h"

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
    std::size_t quantized_nodes = 0;   ///< nodes that are integer or weight-only already
    bool half = false;                 ///< most weights are FP16 or BF16 already
};
[[nodiscard]] Workload workload_of(const Model& model);
/// So little work that converting to integers while the model runs costs more than it saves.
[[nodiscard]] bool tiny(const Workload& work);

/// How one method suits the model.
struct MethodAdvice {
    Method method = Method::fp32;
    bool suits = false;
    std::string text;  ///< one sentence
};

/// What to try first, and what to expect of each method.
struct Advice {
    Method method = Method::fp32;
    std::string title;  ///< "INT8 static"
    std::string text;   ///< why
    std::vector<MethodAdvice> methods;
};
/// The method that is named changes nodes of the model (models above 256 MB are judged by their kinds of nodes).
[[nodiscard]] Advice advise(const Model& model);

[[nodiscard]] Json to_json(const Advice& advice);

}  // namespace vernier
