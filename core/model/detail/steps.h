// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>

#include "core/model/declared.h"
#include "core/model/detail/parts.h"

// The steps of opening a model, in the order in which they run.
namespace vernier {

/// Notes what does not hold together, as damage and as a finding; the step then goes on without it.
void note_damage(Model::Parts& parts, const Error& error);

/// Refuses functions or subgraphs too deep or too many to follow. Cheap even for hostile files. Throws Error{bad_model}.
/// Versions that ONNX Runtime 1.31 does not take are damage.
void check_bounds(Model::Parts& parts);

/// Parses a file's bytes within our bounds of size and nesting; false when they are no ONNX model.
[[nodiscard]] bool parse_proto(std::span<const std::byte> bytes, onnx::ModelProto& proto);

/// Puts the nodes of local functions in the place of their calls, so that they are nodes like all others. Calls that onnx's
/// inliner refuses stay.
void inline_functions(Model::Parts& parts);

/// Puts a dense constant in the place of each sparse one, as ONNX Runtime does, so that it is a weight like all others. What is too large
/// or wrong stays.
void make_sparse_dense(Model::Parts& parts);

/// True for a local function whose nodes are of another opset than the model's. ONNX Runtime takes such; onnx's inliner and checker do not.
[[nodiscard]] bool is_of_other_opset(const onnx::FunctionProto& function, const onnx::ModelProto& model);
/// Takes those out of a copy for onnx's own tools, to which their calls are then operators of a domain that they do not know.
void leave_out_functions_of_other_opsets(onnx::ModelProto& model);

/// Fills graphs, nodes, values and references, which hold together afterwards. Throws Error{bad_model} for names that are
/// no text.
void build_index(Model::Parts& parts);

/// Fills initializers with views of their bytes. Called by build_index, one tensor at a time.
/// Throws Error{bad_model} that names the tensor.
[[nodiscard]] Initializer read_tensor(Source& source, const onnx::TensorProto& tensor, std::string_view name);
[[nodiscard]] Initializer read_sparse(Source& source, const onnx::SparseTensorProto& tensor, std::string_view name);
/// The value of a Constant node, whichever attribute holds it.
[[nodiscard]] Initializer read_constant_node(Source& source, const onnx::NodeProto& node, std::string_view name);

/// Bytes of a tensor in another file: mapped, and only from inside the model's folder.
[[nodiscard]] std::span<const std::byte> map_external(Source& source, const onnx::TensorProto& tensor, std::string_view name, std::uint64_t size);

/// A copy for onnx's own tools: large constants have become graph inputs, nodes are sorted,
/// and each graph is named by its GraphId.
[[nodiscard]] onnx::ModelProto scratch_copy(Model::Parts& parts);

/// Numbers that would make a reader divide by zero, or count and allocate without an end; they are damage.
void check_counts(Model::Parts& parts);
/// Of these only what types tell, for those that were inferred since.
void check_axes(Model::Parts& parts);

/// onnx's checker; what it refuses is damage. The scratch copy is as it was afterwards.
void check_model_rules(Model::Parts& parts, onnx::ModelProto& scratch);

/// Runs onnx's shape inference on the scratch copy and stores the types of all values.
void infer_types(Model::Parts& parts, onnx::ModelProto& scratch);

/// Gives each value its shape at parts.sizes, by onnx's shape inference on parts.scratch, and counts multiply-accumulates
/// anew.
void infer_sizes(Model::Parts& parts);

/// Counts parameters, bytes and multiply-accumulates of each node.
void count_parameters(Model::Parts& parts);
void count_macs(Model::Parts& parts);

/// What is odd, but no reason to refuse the file.
void find_oddities(Model::Parts& parts);

/// Codes of 4 bits that an operator stores two a byte, seen as such; nullptr when the value is no constant of bytes.
[[nodiscard]] const Initializer* packed_codes(const Model& model, ValueId value);

/// Text that a terminal and JSON can show: control characters replaced, those that turn its direction around written out
/// (core/base/plain_text.h), cut after max_bytes at a character.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 160);
/// On one line, runs of white space as one space.
[[nodiscard]] std::string one_line(std::string_view text);

/// Saturating product, for counts that a hostile file can make arbitrarily large.
[[nodiscard]] std::uint64_t multiply(std::uint64_t a, std::uint64_t b);

/// save_model with the size above which initializers leave the file.
void save_split_above(const onnx::ModelProto& proto, const std::filesystem::path& path, std::uint64_t limit);

}  // namespace vernier
