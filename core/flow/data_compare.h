// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace vernier {

/// An input as our dataset gives it, held against the same samples as somebody else prepared them.
struct ComparedInput {
    std::string input;
    std::uint64_t samples = 0;                ///< that were held against each other
    std::uint64_t values = 0, differing = 0;  ///< of them; two values differ by more than 1e-6 of the largest magnitude
    std::vector<std::int64_t> first = {};     ///< place of the first one that differs, with the sample in front
    double ours = 0, theirs = 0;              ///< there
    double largest = 0, mean = 0;             ///< absolute differences
    std::string cause = {};                   ///< what would explain the difference, in words; empty: nothing does, or there is none
};

/// theirs: an .npz with an array for each input (all that are there are looked at), [samples, ...] in the order of the validation split, or a single
/// sample. Throws Error{bad_data, not_found}; an array whose number of values is that of no sample is an error.
[[nodiscard]] std::vector<ComparedInput> compare_inputs(const Dataset& data, const std::filesystem::path& theirs, std::uint64_t most);

/// What makes `theirs` of `ours`, where one of the usual mistakes does: channels in the other order, another layout, a scale, a mean and deviation,
/// several of these, another way to resize. dims: shapes of one sample each. Empty: none.
struct PreparedSample {
    std::vector<double> values;
    std::vector<std::int64_t> dims;
};
[[nodiscard]] std::string likely_cause(const PreparedSample& ours, const PreparedSample& theirs);

}  // namespace vernier
