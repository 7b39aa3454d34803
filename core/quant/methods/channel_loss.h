// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/edit.h"

namespace vernier {

/// What rounding takes from the outputs of a product (or from channels alone), as a part of their power.
struct ProductLoss {
    double noise_part = 0;
    std::size_t small_channels = 0;  ///< far below the one that sets the range; 0 = the loss is that of all channels
    double small_peak = 0;           ///< largest magnitude among these
    std::vector<double> outputs;     ///< the noise of each output, as a power
};

/// More than this (14 dB are left) is called lost: networks that quantize well stay below 0.02, most of them below 0.002.
inline constexpr double kMostProductNoise = 0.04;
/// The same (10 dB) for the small channels alone, and for single values.
inline constexpr double kMostSmallNoise = 0.1;

/// For output o of Conv, MatMul or Gemm, from the power p[i] of its input's channels, the input's step s and the weight's step t[o]:
///   noise[o] = sum_i min(p[i], s^2/12) * sum_k W[o,i,k]^2 + p[i] * sum_k min(W[o,i,k]^2, t[o]^2/12)
///   signal[o] = sum_i p[i] * sum_k W[o,i,k]^2
/// and the mean of noise/signal over the outputs: over all channels, or over the small ones alone (without the weight's part)
/// where that is too much (of outputs of which they are more than a ten-thousandth). Without per_channel the weight has one step for
/// all outputs.
[[nodiscard]] ProductLoss product_loss(const GraphEdit& edit, int item, const Observed& input, double step, bool per_channel = true);

/// The same of the channels alone: the mean of min(p, s^2/12) / p over the small ones.
[[nodiscard]] ProductLoss channel_loss(const Observed& tensor, double step);

/// Mean of noise/power over the outputs that are in use, by the powers that were seen. Where products nearly cancel each other (a
/// Fourier transform of sound: its high bins), the sums are far smaller than their terms, and so than the noise of these.
[[nodiscard]] double cancelled_part(const ProductLoss& loss, const Observed& output);

/// What rounding takes from the median run: a few loud samples set the range, and the usual ones are lost in it.
struct RunLoss {
    double noise_part = 0;
    double size = 0;  ///< root mean square of the values of the median run
};
[[nodiscard]] RunLoss run_loss(const Observed& tensor, double step);

}  // namespace vernier
