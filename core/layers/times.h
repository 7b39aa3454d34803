// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/tensor.h"
#include "core/model/model.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// One operator that the runtime ran.
struct Kernel {
    std::string op;
    double ms = 0;                 ///< of one run
    bool integer = false;          ///< computes on 8-bit data
    bool conversion = false;       ///< no node of the opened model: QuantizeLinear, DequantizeLinear, Transpose, Reorder, Cast, helpers
    std::vector<NodeId> nodes;     ///< of the opened model: those that it does the work of, the first the one that it is named after;
                                   ///< of a conversion those that cause it
    bool operator==(const Kernel&) const = default;
};

/// Where the time of one file goes, by nodes of the opened model.
struct FileTimes {
    double profile_ms = 0;               ///< sum over all kernels, as the profiler says
    std::vector<Kernel> kernels;
    std::vector<double> ms;              ///< by NodeId: kernels by their shares, and the conversions that a node causes
    std::vector<double> conversions_ms;  ///< by NodeId: the part of these that is conversions
    std::vector<NodeId> runs_in;         ///< by NodeId: the node whose kernel does its work; itself where it has one; kNone: none
    double unassigned_ms = 0;            ///< kernels of which no node can be named: ms and this sum up to profile_ms

    /// Scales all times, so that their sum becomes this.
    void scale_to(double total_ms);
};

/// The node of the opened model that a node of a file stands for; kNone for one that was added.
using Pairing = std::function<NodeId(NodeId of_file)>;

/// Nodes of the same label; operators may differ, as those of a quantized file do.
[[nodiscard]] Pairing paired_by_name(const Model& opened, const Model& file);

/// What is timed of a file.
struct TimesRequest {
    RuntimePtr runtime;
    ModelPtr opened, file;               ///< the same pointer for the opened file itself
    Pairing pairing = {};                ///< empty: by name
    Target run = {};
    std::map<std::string, Tensor> inputs = {};
    int runs = 10;
};

/// Runs the graph that the runtime makes of a file under its profiler, and charges each kernel: fused ones to the nodes that they came
/// from, by multiply-accumulates, and to the node that they are named after where none of them has any; conversions to the node that
/// causes them, which is the one in the lower form (float between INT8, plain layout between blocked) where it stands between two of
/// the higher form, else the one in the higher form. Throws Error{bad_model, bad_data, cancelled}.
[[nodiscard]] FileTimes node_times(const TimesRequest& request, const Job& job);

}  // namespace vernier
