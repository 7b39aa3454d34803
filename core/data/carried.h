// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/data/dataset.h"

namespace vernier {

/// How a sample that takes several runs of a streaming model is fed: part after part, with what one run gives as a state of the next.
struct Carry {
    std::map<std::string, std::string> states = {};  ///< input -> output that gives its value in the next run; a sample has its value in the first
    std::vector<std::string> framed = {};            ///< inputs that a sample holds as [parts, shape of one run...]
    std::size_t join = 0;                            ///< axis along which outputs of the parts are put together; 0: a new axis behind the first
    /// Samples are more than the inputs of one run.
    [[nodiscard]] bool any() const { return !states.empty() || !framed.empty(); }
    bool operator==(const Carry&) const = default;
};

/// A dataset whose samples may take several runs each.
class Carries {
public:
    Carries() = default;
    Carries(const Carries&) = default;
    Carries& operator=(const Carries&) = default;
    virtual ~Carries() = default;
    [[nodiscard]] virtual const Carry& carry() const = 0;
};

/// Empty where each sample is one run.
[[nodiscard]] const Carry& carry_of(const Dataset& dataset);

/// In how many parts a sample is run.
[[nodiscard]] std::size_t parts_of(const std::map<std::string, Tensor>& inputs, const Carry& carry);
/// Inputs of one run: the i-th part of what is framed; states as at the start, and all else as it is.
[[nodiscard]] std::map<std::string, Tensor> part_of_inputs(const std::map<std::string, Tensor>& inputs, const Carry& carry, std::size_t i);
/// What was answered to the parts, as one tensor: along `axis`, the last one where there are fewer, or a new one behind the first (0, or nothing to
/// join along); as one row of values where the shapes of the parts do not fit together.
[[nodiscard]] Tensor joined(const std::vector<Tensor>& parts, std::size_t axis);

}  // namespace vernier
