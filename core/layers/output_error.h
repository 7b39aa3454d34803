// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/tensor.h"
#include "core/layers/trial_outputs.h"

namespace vernier {

/// Numbers of the outputs that have an error of their own: an output, or channels of it that are alike in size.
struct OutputPart {
    std::string output;
    int axis = -1;                       ///< of the channels; -1: the whole output
    std::vector<std::int64_t> channels;  ///< in rising order
    /// "scores", "detections, channels 0 to 3".
    [[nodiscard]] std::string text() const;
    bool operator==(const OutputPart&) const = default;
};

/// The error of a trial's outputs.
struct TrialError {
    double error = 0;                ///< mean over outputs of squared error over squared value; see ReferenceOutputs
    std::optional<double> kl;        ///< mean over rows of the KL divergence of the classes, for a classifier
    std::vector<double> parts = {};  ///< squared error over squared value of each of ReferenceOutputs::parts(); 0 of one that is all zeros
    double low = 0, high = 0;        ///< 95 % interval of error over samples; the error itself where there is one sample
    bool operator==(const TrialError&) const = default;
};

/// What one sample adds to it.
struct TrialSums {
    std::vector<double> error, reference;  ///< by part
    double kl = 0;
    std::size_t rows = 0;  ///< that kl is a sum of
};

/// What a model answers to samples, for trials of it to be held against. Each output counts alike whatever its magnitude. Channels of one
/// output whose magnitudes lie apart by more than 8 times (boxes and scores of a detector) are parts that count alike too, so
/// that the large ones do not hide the small.
class ReferenceOutputs {
public:
    explicit ReferenceOutputs(std::vector<TrialOutput> outputs) : outputs_(std::move(outputs)) {}

    /// One sample's outputs, in order. Call finish() after the last one.
    void add(const std::vector<Tensor>& outputs);
    void finish();
    /// A sample's outputs held against those of the same place. What is not finite, or of another shape, counts as lost.
    [[nodiscard]] TrialSums against(std::size_t sample, const std::vector<Tensor>& outputs) const;
    [[nodiscard]] TrialError total(const std::vector<TrialSums>& samples) const;
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// After finish().
    [[nodiscard]] std::vector<OutputPart> parts() const;

private:
    struct Values {
        std::vector<std::int64_t> dims;
        std::vector<float> values;
    };
    /// Parts of an output: channels along an axis, by their magnitudes.
    struct Parts {
        int axis = -1;  ///< -1: one part
        std::vector<int> of_channel;
        int count = 1;
        int first = 0;  ///< in TrialSums
    };
    [[nodiscard]] Parts parts_along(std::size_t output, int axis) const;
    [[nodiscard]] double error_without(const std::vector<TrialSums>& samples, std::size_t without, std::vector<double>* part_errors = nullptr) const;
    void find_parts(std::size_t output);
    void find_scores(std::size_t output);
    void add_kl(std::size_t output, const Values& reference, const std::vector<float>& values, TrialSums& sums) const;

    std::vector<TrialOutput> outputs_;
    std::vector<std::vector<Values>> samples_;  ///< by output
    std::vector<Parts> parts_;
    int part_count_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace vernier
