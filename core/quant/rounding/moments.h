// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "core/quant/methods/weights_int8.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Sums over rows of what a product reads: a row is what one output position of a channel is computed from (of a Conv its input under
/// the window), in groups of as many columns as the matrix of a group's weights has.
struct Moments {
    std::size_t groups = 1, columns = 0;
    std::uint64_t rows = 0;
    std::vector<double> sum;   ///< [groups, columns]
    std::vector<double> gram;  ///< [groups, columns, columns]: sums of x xᵀ

    Moments() = default;
    Moments(std::size_t group_count, std::size_t column_count);
    /// The gram of a group; centered: less rows * mean meanᵀ, which is what is left where a bias gives the mean back.
    [[nodiscard]] std::vector<double> matrix(std::size_t group, bool centered) const;
};

/// Some rows of the input of a Conv, ConvTranspose, Gemm, MatMul, LSTM, GRU or RNN, appended to rows: [count, groups, columns]. They are spread evenly over the
/// output positions; seed in [0, 1) says where they begin. dims is the input's shape, weight_dims the weight's. Nothing where the shapes do not fit.
struct RowSource {
    const onnx::NodeProto& node;
    const WeightWalk& walk;
    const std::vector<std::int64_t>& weight_dims;
};
void append_rows(const RowSource& source, std::span<const float> values, std::span<const std::int64_t> dims, std::size_t count, double seed,
                 std::vector<float>& rows);

/// Adds rows [count, groups, columns] to moments. Large matrices are multiplied by the runtime.
class MomentAdder {
public:
    explicit MomentAdder(RuntimePtr runtime) : runtime_(std::move(runtime)) {}
    void add(std::span<const float> rows, Moments& moments);

private:
    void add_large(std::span<const float> rows, std::size_t count, Moments& moments);

    RuntimePtr runtime_;
    std::unique_ptr<Session> session_;
};

}  // namespace vernier
