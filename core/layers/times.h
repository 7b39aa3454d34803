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
#include "core/quant/method.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// One operator that the runtime ran.
struct TimedKernel {
    std::string op;
    double ms = 0;                               ///< of one run
    Arithmetic computes = Arithmetic::floating;  ///< on what: 8-bit data, half or float
    bool conversion = false;                     ///< no node of the opened model: QuantizeLinear, DequantizeLinear, Transpose, Reorder, Cast, helpers
    bool of_constant = false;                    ///< a conversion of a constant, which is done again on each run
    std::vector<NodeId> nodes;                   ///< of the opened model: those that it does the work of, the first the one that it is named after;
                                                 ///< of a conversion those that cause it
    bool operator==(const TimedKernel&) const = default;
};

/// Where the time of one file goes, by nodes of the opened model.
struct FileTimes {
    double profile_ms = 0;  ///< sum over all kernels, as the profiler says
    std::vector<TimedKernel> kernels;
    std::vector<double> ms;              ///< by NodeId: kernels by their shares, and the conversions that a node causes
    std::vector<double> conversions_ms;  ///< by NodeId: the part of these that is conversions
    std::vector<int> kernel_of;          ///< by NodeId: the kernel that does its work; -1: none
    std::vector<bool> folded;            ///< by NodeId: computed before the first run
    double unassigned_ms = 0;            ///< kernels of which no node can be named: all ms and this sum up to profile_ms

    /// Scales all times but profile_ms, so that their sum becomes this.
    void scale_to(double total_ms);
    /// The node that a node's kernel is named after: itself where it has one; kNone: none.
    [[nodiscard]] NodeId runs_in(NodeId node) const;
};

/// The node of the opened model that a node of a file stands for; kNone for one that was added.
using Pairing = std::function<NodeId(NodeId of_file)>;

/// Nodes of the same label; operators may differ, as those of a quantized file do.
[[nodiscard]] Pairing paired_by_name(const Model& opened, const Model& file);

/// What is timed of a file.
struct TimesRequest {
    RuntimePtr runtime;
    ModelPtr opened, file;  ///< the same pointer for the opened file itself
    Pairing pairing = {};   ///< empty: by name
    Target run = {};
    std::map<std::string, Tensor> inputs = {};
    int runs = 10;
};

/// Runs the graph that the runtime makes of a file under its profiler, and charges each kernel: fused ones to the nodes that they came
/// from, by multiply-accumulates, and to the node that they are named after where none of them has any; conversions to the node that
/// causes them: of what stands on both sides of a border between two forms (float and INT8, plain and blocked layout) that which lies like an
/// island between two borders, the one with less to compute where both do, and the higher form where neither does. Throws Error{bad_model, bad_data,
/// cancelled}.
[[nodiscard]] FileTimes node_times(const TimesRequest& request, const Job& job);

/// The same for several files, round by round in turns, `runs` in each: a machine that changes its speed does so for all of them. Each
/// round's times are held against the first file's whole of that round; those that are returned are the medians of these over rounds,
/// on the scale of the first file's middle round.
[[nodiscard]] std::vector<FileTimes> node_times_in_turns(const std::vector<TimesRequest>& requests, int rounds, const Job& job);

}  // namespace vernier
