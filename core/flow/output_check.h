// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "core/base/tensor.h"

namespace vernier {

/// One output of a file held against FP32's, over all samples of a check.
class OutputCheck {
public:
    /// free_shape: its shape depends on values, such as the number of boxes that a detector finds.
    OutputCheck(std::string name, ElementType type, bool free_shape = false) : name_(std::move(name)), type_(type), free_shape_(free_shape) {}

    /// Takes one run's output with all and with no graph optimizations (null: not run), and FP32's.
    void add(const Tensor& fp32, const Tensor& all, const Tensor* off);
    void add(const Tensor& fp32, const Tensor& all, const Tensor& off) { add(fp32, all, &off); }
    /// Takes the same run's output in true half precision (true_half.h).
    void add_half(const Tensor& fp32, const Tensor& half);
    /// What is wrong with it whatever its values are: "it has 2 axes instead of 3".
    void set_problem(const std::string& problem) {
        if (problem_.empty()) problem_ = problem;
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// Values that are finite in FP32 and not here, on the CPU or in true half precision.
    [[nodiscard]] std::uint64_t not_finite() const { return std::max(not_finite_, half_not_finite_); }
    /// SQNR against FP32, the worst of both levels and true half precision, 200 when equal; nothing for integers, and where
    /// FP32 is all zeros.
    [[nodiscard]] std::optional<double> sqnr_db() const;
    /// The same on the CPU alone, and in true half precision alone (nothing where nothing was added).
    [[nodiscard]] std::optional<double> cpu_sqnr_db() const;
    [[nodiscard]] std::optional<double> half_sqnr_db() const;
    /// Samples on which it has another shape than FP32's, where its shape depends on values, of how many; their values are not compared.
    [[nodiscard]] std::uint64_t other_shapes() const { return other_shapes_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }
    /// Values that were compared.
    [[nodiscard]] std::uint64_t values() const { return values_; }
    /// It was held against FP32 in true half precision too.
    [[nodiscard]] bool was_half() const { return half_values_ > 0; }
    /// The loss is that of true half precision: the CPU keeps more.
    [[nodiscard]] bool is_half_worse() const;
    /// SQNR of no optimizations against all.
    [[nodiscard]] std::optional<double> levels_db() const;
    /// Share of equal values of an integer or boolean output, or of one of whole numbers.
    [[nodiscard]] std::optional<double> equal() const;
    /// The same without the values that are zero in FP32 and here, which masks and one-hot rows consist of mostly: equal ones
    /// among those that are not zero in either. Nothing for floats that are no whole numbers.
    [[nodiscard]] std::optional<double> equal_beside_zeros() const;
    /// Of how many values equal_beside_zeros speaks.
    [[nodiscard]] std::uint64_t values_beside_zeros() const { return values_ - zeros_; }
    /// FP32 gives whole numbers only, such as class indexes or counts.
    [[nodiscard]] bool is_whole() const { return whole_; }

    [[nodiscard]] Json json() const;
    [[nodiscard]] static OutputCheck from_json(const Json& json);

private:
    struct Sums {
        double signal = 0, error = 0;
        void add(double reference, double other);
        [[nodiscard]] std::optional<double> sqnr_db() const;
    };
    void add_floats(const Tensor& fp32, const Tensor& all, const Tensor* off);
    void add_integers(const Tensor& fp32, const Tensor& all, const Tensor* off);
    [[nodiscard]] std::optional<double> half_equal() const;
    [[nodiscard]] bool same_shape(const Tensor& fp32, const Tensor& other);

    std::string name_;
    ElementType type_ = ElementType::undefined;
    bool free_shape_ = false;
    std::string problem_;
    std::uint64_t not_finite_ = 0, values_ = 0, equal_ = 0, zeros_ = 0, samples_ = 0, other_shapes_ = 0;
    bool whole_ = true;
    Sums all_, off_, levels_;
    std::uint64_t half_not_finite_ = 0, half_values_ = 0, half_equal_ = 0, half_zeros_ = 0;
    Sums half_;
};

}  // namespace vernier
