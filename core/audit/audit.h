// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What became of one node of a file when the runtime executes it.
struct NodeAudit {
    enum class Verdict {
        integer,    ///< runs on 8-bit data
        half,       ///< runs in float16
        floating,   ///< runs in float32, as written
        absorbed,   ///< merged into another node or removed; runs_as is that node's operator where it is known
        fell_back,  ///< written for INT8 (its weight or all its inputs come from DequantizeLinear) and yet runs in float
    };

    std::int32_t index = -1;  ///< NodeId of a Model of the same file: the main graph's nodes first, then those of bodies
    std::string name;         ///< as in the file
    std::string op_type;
    std::string runs_as;  ///< operator that the runtime executes ("QLinearConv"); empty when removed
    Verdict verdict = Verdict::floating;
};
[[nodiscard]] std::string_view name(NodeAudit::Verdict verdict);

/// True for an operator that computes on 8-bit data or on integer weights, by its type alone; not for those that only convert.
[[nodiscard]] bool is_integer_operator(std::string_view op);

/// What the runtime makes of a file at its highest level.
struct Audit {
    std::vector<NodeAudit> nodes;                  ///< by index, without Q, DQ and Constant nodes
    int quantize_nodes = 0;                        ///< QuantizeLinear and DynamicQuantizeLinear that are executed
    int dequantize_nodes = 0;                      ///< DequantizeLinear that are executed, those of constants included
    int layout_nodes = 0;                          ///< Transpose and Reorder nodes that the runtime added for its kernels
    std::vector<std::string> self_quantized;       ///< nodes whose float weight the runtime quantized by itself, per tensor
    std::vector<std::string> constant_dequantize;  ///< constants that are dequantized again on each run

    [[nodiscard]] const NodeAudit* find(std::string_view name) const;  ///< first node of that name; nullptr when absent
};
[[nodiscard]] Json to_json(const Audit& audit);
/// Throws a JSON exception where a field is missing.
[[nodiscard]] Audit audit_from_json(const Json& json);

/// Reads the graph that the runtime executes on a target and says for each node how it runs. External data is looked for in folder.
/// Bodies of If, Loop and Scan too, except those that the runtime dissolved (a branch that is always taken). Throws Error{bad_model} when the runtime refuses
/// the model.
[[nodiscard]] Audit audit_model(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target = {});

/// The same without what is left over between the nodes (the counts, constant_dequantize), in half the time.
[[nodiscard]] Audit audit_nodes(const RuntimePtr& runtime, const onnx::ModelProto& model, const std::filesystem::path& folder, const Target& target = {});

/// The same from a graph that a session of this very model executes (open_with_graph at the highest level), so that none is opened
/// for it. Nothing where that graph does not tell: nodes without names of their own, and what the runtime may lay out anew
/// (convolutions, pooling), which loses its names there.
[[nodiscard]] std::optional<Audit> audit_executed(const onnx::ModelProto& model, const std::string& executed);

}  // namespace vernier
