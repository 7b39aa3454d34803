// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/model/model.h"
#include "core/stats/stats.h"

namespace vernier {

/// Numbers about one weight of a model.
struct TensorReport {
    std::string tensor;
    ElementType type = ElementType::undefined;
    std::vector<std::int64_t> dims;
    NodeId node = kNone;  ///< its first reader; kNone when nothing reads it
    std::string node_label;
    TensorStats stats;
    std::vector<FormatError> errors;  ///< FP16, INT8 per tensor, INT8 per channel
};

/// Statistics of the float constants of a model in file order: all of them, or the one with this name.
/// Throws Error{usage} with near names when no float constant has the name, Error{cancelled}.
[[nodiscard]] std::vector<TensorReport> tensor_reports(const Model& model, const std::string& only, int bins, const Job& job);

/// with_histogram adds the histogram and the ranges per channel.
[[nodiscard]] Json to_json(const TensorReport& report, bool with_histogram);

}  // namespace vernier
