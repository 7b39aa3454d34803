// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/data/carried.h"
#include "core/data/detail/fields.h"

namespace vernier {

struct InputSpec;

/// A state as a dataset file names it.
struct StateSpec {
    std::string output;                                   ///< that gives its next value
    std::optional<std::vector<std::int64_t>> shape = {};  ///< of the zeros that it starts with; nothing: as the model says, open axes as 1
};

/// How an input is cut into parts, along an axis as the model counts them.
struct FrameSpec {
    std::size_t axis = 0;
    std::int64_t size = 0;     ///< of what is new in a part; 0: what the model fixes, less the context
    std::int64_t context = 0;  ///< so much of the part before stands in front of each; zeros in the first
};

/// What a dataset file says of samples that are more, or less, than the inputs of one run.
struct CarrySpec {
    std::map<std::string, StateSpec> states = {};
    std::map<std::string, FrameSpec> frames = {};
    std::map<std::string, Tensor> constants = {};  ///< inputs that are the same for all samples
    [[nodiscard]] bool several_runs() const { return !states.empty() || !frames.empty(); }
};

/// The keys "carry", "frames" and "constants". Throws Error{bad_data} that names the key.
[[nodiscard]] CarrySpec read_carry(Fields& top, const std::vector<InputSpec>& inputs, const std::vector<std::string>& outputs);
/// As a text that is hashed.
[[nodiscard]] std::string identity_of(const CarrySpec& spec);

/// How all samples of a dataset are brought into parts; settled by the first sample.
class Framing {
public:
    Framing() = default;
    /// sample: inputs as they are read, with a leading axis of 1; its states and constants are filled in. Throws Error{bad_data} where its shapes
    /// fit no way of cutting.
    Framing(CarrySpec spec, const std::vector<InputSpec>& inputs, std::map<std::string, Tensor> sample, const std::string& name);

    [[nodiscard]] const Carry& carry() const { return carry_; }
    /// Fills in constants and the states that a sample does not have, drops axes that the model does not have, and brings what is framed into
    /// parts. Throws Error{bad_data} that names the input.
    void apply(std::map<std::string, Tensor>& inputs, const std::vector<InputSpec>& specs, const std::string& name) const;

private:
    enum class How { whole, stacked, cut };
    struct Plan {
        How how = How::whole;
        FrameSpec cut = {};
    };
    [[nodiscard]] Plan plan_for(const Tensor& tensor, const InputSpec& input, const std::string& name) const;
    [[nodiscard]] Tensor framed(const Tensor& tensor, const Plan& plan, const InputSpec& input, const std::string& name) const;
    void fill(std::map<std::string, Tensor>& inputs, const std::vector<InputSpec>& specs) const;

    CarrySpec spec_;
    std::map<std::string, Plan> plans_;  ///< of inputs that are framed
    Carry carry_;
};

}  // namespace vernier
