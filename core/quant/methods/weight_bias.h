// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/quant/calibration/ranges.h"
#include "core/quant/methods/weights_int8.h"
#include "core/quant/prepare.h"

namespace vernier {

/// Biases of nodes that compute in float with a weight (input 1) in codes: what rounding the weight takes from each output channel on average is
/// added to the bias of a Conv, ConvTranspose or Gemm (which gets one where it has none), to the constant that is added behind a MatMul, or to the
/// bias of the gates of an LSTM, GRU or RNN. Of recurrent nodes that holds for the weight of their input only: the mean of the state, which the other
/// weight multiplies, is no tensor of the graph.

/// Whether the bias of an item, or the constant behind it, can give anything back.
[[nodiscard]] bool can_give_back(const GraphEdit& edit, int item);

/// Adds what calibration shall watch for some items; false where no bias of them can give anything back.
bool watch_means(const Prepared& prepared, const std::vector<int>& items, std::map<std::string, std::optional<int>>& tensors);

/// A weight, what its codes stand for, and how both lie; factor: of what is lost, on its way into the bias.
struct GivenBack {
    std::vector<float> weight, rounded;
    WeightWalk walk;
    float factor = 1;
};

class WeightBias {
public:
    WeightBias(GraphEdit& edit, const Prepared& prepared, const Ranges& seen) : edit_(edit), prepared_(prepared), seen_(seen) {}

    /// The bias of an item can give the mean back, samples showed the mean of what it reads, and that is not known to harm the model. To be asked before the
    /// item is rewritten.
    [[nodiscard]] bool gives_back(int item) const;
    void give_back(int item, GivenBack given);

private:
    GraphEdit& edit_;
    const Prepared& prepared_;
    const Ranges& seen_;
};

}  // namespace vernier
