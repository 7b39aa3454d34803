// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.h"
#include "core/model/model.h"

namespace vernier {

/// Sizes that a user gives for open axes of a model's inputs.
struct SizeChoices {
    std::map<std::string, std::int64_t> dims = {};                 ///< by symbolic name: {"T", 128}
    std::map<std::string, std::vector<std::int64_t>> shapes = {};  ///< by input name, all axes
    [[nodiscard]] bool empty() const { return dims.empty() && shapes.empty(); }
    bool operator==(const SizeChoices&) const = default;
};

/// Reads "T=128" (a size from 0 up). Throws Error{usage}.
void add_dim(SizeChoices& choices, std::string_view text);
/// Reads "input=1x3x640x640"; "input=" is a scalar. The name may hold '='. Throws Error{usage}.
void add_shape(SizeChoices& choices, std::string_view text);

/// True for the shape of an input ("input=1x3x640x640", "audio=16000"), false for the size of a named axis ("height=640"),
/// where both may be written in one line.
[[nodiscard]] bool names_shape(std::string_view text, const Model& model);

/// Shapes of one sample by input name, as a dataset gives them.
using SampleShapes = std::map<std::string, std::vector<std::int64_t>>;

/// The size of each axis of each input of the main graph: what the model declares, else what the user chose (shapes before
/// dims), else the dataset's, else a default by the axis' role: batch 1, sequence 128, pixels 224, channels by the weights
/// that read them. Axes of one symbolic name get one size. An input whose rank is not known is left out unless its shape
/// is given. Throws Error{usage} for a choice that fits no input or contradicts a declared size.
[[nodiscard]] std::vector<InputSize> input_sizes(const Model& model, const SizeChoices& choices, const SampleShapes& sample = {});

/// The same model with other sizes for its open axes: values' sizes and multiply-accumulates are counted anew; declared
/// types stay.
[[nodiscard]] ModelPtr with_sizes(const ModelPtr& model, std::vector<InputSize> sizes);

/// "batch = 1, height = 640 (given), width = 224 (assumed)"; empty when no axis is open.
[[nodiscard]] std::string sizes_text(const std::vector<InputSize>& sizes);

/// The finding "open-axes" for sizes that were assumed: which, and how to change them. None when nothing was assumed.
[[nodiscard]] std::vector<Finding> size_findings(const std::vector<InputSize>& sizes);

}  // namespace vernier
