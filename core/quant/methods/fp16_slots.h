// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/quant/edit.h"

namespace vernier::detail {

/// Which inputs and outputs of a node become half precision.
struct HalfSlots {
    std::vector<bool> inputs, outputs;  ///< by position; false for what stays as it is (integers, float-only parameters)
    std::string why;                    ///< why the node cannot be FP16; empty when it can
};

/// Knows for every node which of its tensors may be half: from onnx's operator schemas at the model's opset and the
/// element types of the tensors.
class HalfRules {
public:
    explicit HalfRules(const GraphEdit& edit);
    [[nodiscard]] HalfSlots slots(int index) const;
    [[nodiscard]] bool is_float(const std::string& tensor) const;

private:
    void infer_unknown_types();
    [[nodiscard]] ElementType element(const std::string& tensor) const;

    const GraphEdit& edit_;
    std::unordered_map<std::string, ElementType> inferred_;
};

/// How the values of a float constant fare in FP16.
struct HalfFate {
    std::uint64_t count = 0;      ///< elements that are not zero and finite
    std::uint64_t overflow = 0;   ///< would become infinity
    std::uint64_t to_zero = 0;    ///< would become zero
    std::uint64_t subnormal = 0;  ///< lose bits, but do not vanish
};
[[nodiscard]] HalfFate half_fate(const std::vector<float>& values);

}  // namespace vernier::detail
