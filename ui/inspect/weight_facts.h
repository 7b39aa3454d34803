// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "core/model/model.h"
#include "core/stats/stats.h"

namespace vernier::ui {

/// What the inspector shows of one constant that a node reads. Made on a pool thread.
struct WeightFacts {
    QString name;
    std::vector<std::int64_t> dims;
    ElementType type = ElementType::float32;
    std::uint64_t bytes = 0;
    bool isBias = false;
    bool folded = false;  ///< figures and values are those with the BatchNormalization behind the node folded in
    QString scale;        ///< of stored integer codes, in words; empty for float weights
    TensorStats stats;
    std::vector<FormatError> errors;  ///< of INT8: the mean of the channels
    std::vector<float> head;          ///< the first values
};

inline constexpr int kHistogramBins = 256;
inline constexpr std::size_t kShownValues = 1000;

/// Facts of every float constant with at least two elements that the node reads, the main weight first.
[[nodiscard]] std::vector<WeightFacts> weightFacts(const ModelPtr& model, NodeId node, const Job& job);

/// "256 × 1 × 3 × 3".
[[nodiscard]] QString dimsText(const std::vector<std::int64_t>& dims);

}  // namespace vernier::ui
