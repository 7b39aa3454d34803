// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/tensor.h"
#include "core/measure/outputs.h"

namespace vernier {

/// True for float16, bfloat16, float32, float64 and the forms below a byte.
[[nodiscard]] bool is_floating(ElementType type);
/// True for integers of whole bytes and for booleans.
[[nodiscard]] bool is_integer_or_bool(ElementType type);

/// The numbers of an output of one run: floating types as double, integers and booleans exactly.
struct OutputValues {
    ElementType type = ElementType::undefined;
    std::vector<std::int64_t> dims;
    std::vector<double> numbers;      ///< of floating types
    std::vector<std::int64_t> whole;  ///< of integers and booleans

    [[nodiscard]] bool floating() const { return !is_integer_or_bool(type); }
    [[nodiscard]] std::size_t size() const { return floating() ? numbers.size() : whole.size(); }
};
[[nodiscard]] OutputValues values_of(const Tensor& output);

/// Gathers what is counted and summed of one output, sample by sample.
class OutputTally {
public:
    explicit OutputTally(std::string name, std::vector<OutputSums> sums = {}) : sums_(std::move(sums)) { figures_.name = std::move(name); }

    /// Adds the i-th of the samples of a run (of `batch`) of the first model itself.
    void add(const OutputValues& own, std::size_t i, std::uint64_t batch);
    /// Adds the same of another model; true when all integers are equal (or there are none).
    bool add(const OutputValues& reference, const OutputValues& own, std::size_t i, std::uint64_t batch);
    /// It cannot be compared: "missing", "a sequence", ...
    void fail(std::string problem) { figures_.problem = std::move(problem); }
    [[nodiscard]] OutputFigures figures() const;

private:
    void look(const OutputValues& own, std::size_t from, std::size_t count);
    void add_rows(const std::vector<double>& before, const std::vector<double>& after, const std::vector<std::int64_t>& dims);
    void add_numbers(const std::vector<double>& before, const std::vector<double>& after);

    std::vector<OutputSums> sums_;
    OutputFigures figures_;
    std::uint64_t equal_ = 0, whole_ = 0;
    bool against_ = false;
};

}  // namespace vernier
