// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/json.h"
#include "core/model/model.h"
#include "core/runtime/target.h"

namespace vernier {

/// One node of the opened model: what it was to become, what the runtime runs for it, what it costs and what it breaks.
struct LayerNode {
    NodeId id = kNone;
    std::string name, op;
    int region = -1;                                     ///< Region::id; -1: in none
    std::string chosen, applied;                         ///< ids of methods; of a file that another tool wrote both say what is in it
    std::string executed;                                ///< "int8", "fp16", "float", "folded", "fused"; empty where it cannot be told
    NodeId fused_into = kNone;                           ///< the node whose operator does its work, where it is fused and that is known
    std::string runs_as;                                 ///< operator that the runtime executes: "QLinearConv"
    std::string reason;                                  ///< why it is not executed as chosen: the rule of the plan, or what the runtime lacks
    std::optional<double> fp32_ms, ms;                   ///< of one run: its kernels and the conversions that it causes
    double fp32_conversions_ms = 0, conversions_ms = 0;  ///< the part of these that is conversions
    std::optional<double> error_alone;                   ///< of its region (Region::core and all that switches with it)
    std::optional<double> output_sqnr_db;                ///< of what it answers in the quantized file against FP32: all errors up to here
    std::string why;                                     ///< why it is slower, or what it breaks: one sentence; empty where there is nothing to say
    std::string change;                                  ///< what to do about it; empty where nothing
    std::optional<double> group_sqnr_db = {};  ///< as output_sqnr_db, of the worst group of numbers of like size: a mask of -1e9 hides the scores beside it
    std::optional<double> channel_ratio = {};  ///< of its weight after folding: the widest channel over the narrowest that is not dead
    std::optional<double> dead_channels = {};  ///< channels of its weight that hold nothing
    std::optional<double> outlier = {};        ///< largest magnitude of its weight over the standard deviation
    std::optional<double> outputs_db = {};     ///< what the outputs keep of FP32 with what this node alone loses in the file; of places that count only
    std::optional<double> clipped = {};        ///< share of the numbers of its output that lie outside the range of the file's scale
    bool operator==(const LayerNode&) const = default;
};

/// Nodes that the runtime switches together.
struct LayerRegion {
    int id = -1;
    NodeId core = kNone;  ///< the node that it is spoken of by
    std::string name;     ///< of that node
    std::vector<NodeId> nodes;
    std::optional<double> error_alone;                       ///< squared error over squared value of the outputs when only this region is quantized
    std::optional<double> kl_alone;                          ///< the same as mean KL divergence of the classes, for a classifier
    std::optional<double> error_weights, error_activations;  ///< the same of weights and of activations alone (the worst ten only)
    std::optional<double> error_share;                       ///< of the sum over all regions, 0 to 1
    std::optional<double> fp32_ms, int8_ms;                  ///< sums of its nodes; int8_ms: in the quantized file
    std::optional<double> error_planned = {};                ///< as error_alone, of what a recipe that chooses it alone would be written as
    std::optional<double> error_without = {};                ///< of all others together, where all lose far more than the sum of each
    bool operator==(const LayerRegion&) const = default;
};

/// One of the two files that were timed.
struct LayerFile {
    std::string path;  ///< empty for one that was made for this and is gone
    std::string sha256;
    double p50_ms = 0;          ///< measured without the profiler
    double profile_ms = 0;      ///< sum over the profiler's kernels in one run
    double factor = 1;          ///< p50_ms / profile_ms: what all times of nodes were scaled by
    double conversions_ms = 0;  ///< of p50_ms
    double unassigned_ms = 0;   ///< of p50_ms: kernels of which no node of the opened model can be named
    /// False where the factor is so large or small that the machine was busy while one of both was taken (core/measure/profile_trust.h): the
    /// times of this file's nodes are no evidence then.
    [[nodiscard]] bool trusted() const;
    bool operator==(const LayerFile&) const = default;
};

/// The first place, in the order in which nodes are run, where the quantized model leaves FP32.
struct Divergence {
    NodeId node = kNone;
    std::string name;
    int region = -1;
    std::string tensor;             ///< of the opened model
    std::optional<double> sqnr_db;  ///< of that tensor
    std::string text;               ///< one sentence
    bool operator==(const Divergence&) const = default;
};

/// Evidence per node and region of a model and a quantized file of it: the document of `vernier-cli layers`.
struct Layers {
    std::string model;
    std::string method;            ///< what error_alone is of: "int8-static"; empty where it was not measured
    std::vector<LayerNode> nodes;  ///< by NodeId, without Constant nodes
    std::vector<LayerRegion> regions;
    std::vector<std::string> sentences;
    std::optional<Divergence> first_divergence;
    LayerFile fp32, quantized;
    bool untimed = false;                     ///< the quantized file was made for this with nothing timed: one of a run may keep more nodes in FP32
    std::optional<double> error_all, kl_all;  ///< with all regions quantized
    std::vector<Finding> findings;
    Target run;
    std::string data;
    [[nodiscard]] const LayerNode* find(NodeId id) const;  ///< nullptr when absent
    [[nodiscard]] LayerNode* find(NodeId id);
    bool operator==(const Layers&) const = default;
};

/// {"vernier_layers": 1, "model", "nodes", "regions", "sentences", "first_divergence", "fp32", "quantized", ...}. A node that is fused into a
/// known one has "executed": "fused into #12". What was not measured is null.
[[nodiscard]] Json to_json(const Layers& layers);
/// The way back, without loss. Throws Error{bad_data}.
[[nodiscard]] Layers layers_from_json(const Json& json);

}  // namespace vernier
