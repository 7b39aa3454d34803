// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/quant/prepare.h"
#include "core/quant/quantize.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Writes the model of a prepared graph in which some items stay in float.
using EmitFn = std::function<onnx::ModelProto(const std::set<int>& keep_float)>;

/// What timing the first convolutions in float and in INT8 said.
struct PrefixResult {
    std::vector<int> keep_float;  ///< items of the convolutions that stay in float
    double all_int8_ms = 0;       ///< nothing kept in float
    double best_ms = 0;
    double fp32_ms = 0;  ///< the opened file
};

/// The first convolutions of a network often lose in INT8 (few channels, large maps), and behind them no border is added
/// when they stay in float: the Q just moves. Times the written models with 0 to 4 of them in float and the opened file, in
/// turns on one thread, and takes the fastest; of those within 1 % of it the one with most in float, since INT8 that saves no
/// time only costs accuracy. Convolutions that the user chose by rule or click are never taken.
[[nodiscard]] PrefixResult choose_float_prefix(const Prepared& prepared, const EmitFn& emit, const Timer& timer, const Job& job);

/// What sessions are opened with.
struct OpenOn {
    RuntimePtr runtime;
    Target target;
};

/// A timer that holds its sessions in this process.
[[nodiscard]] std::vector<double> time_here(const OpenOn& on, const Model& opened, std::vector<onnx::ModelProto> models,
                                            const std::map<std::string, Tensor>& inputs);

}  // namespace vernier
