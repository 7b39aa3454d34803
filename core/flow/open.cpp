// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/open.h"

#include <fcntl.h>
#include <onnx/onnx_pb.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/damage.h"
#include "core/model/declared.h"
#include "core/model/unique_names.h"

namespace vernier {
namespace {

// Beyond these, optimizing takes the runtime longer than a look may, or more memory.
constexpr std::size_t kOptimizeAtMost = 3000;                    // results of nodes
constexpr std::size_t kPlanAtMost = 1000;                        // the same; planning is quick or takes their square
constexpr std::uint64_t kFoldAtMost = std::uint64_t{512} << 20;  // bytes that nodes make of constants alone; the runtime keeps all of them
constexpr std::uint64_t kFoldWork = std::uint64_t{4} << 30;      // multiply-accumulates of the same

std::size_t count_results(const Model& model) {
    std::size_t count = 0;
    for (const Node& node : model.nodes()) count += node.outputs.size();
    return count;
}

/// What the runtime computes while it opens a model with optimizations: results of constants. A file of a few bytes can ask
/// for any number of them.
bool folds_much(const Model& model) {
    std::vector<bool> fixed(model.values().size(), false);
    const auto is_fixed = [&](ValueId id) { return id == kNone || model.value(id).is_constant() || fixed[static_cast<std::size_t>(id)]; };
    std::uint64_t bytes = 0, work = 0;
    for (const Node& node : model.nodes()) {
        if (node.inputs.empty() || !std::all_of(node.inputs.begin(), node.inputs.end(), is_fixed)) continue;
        work += std::min(node.macs, kFoldWork);
        for (const ValueId output : node.outputs) {
            if (output == kNone) continue;
            fixed[static_cast<std::size_t>(output)] = true;
            const ValueType& type = model.value(output).type;
            const std::uint64_t count = type.count().value_or(0);
            bytes += std::min(count, kFoldAtMost) * static_cast<std::uint64_t>(std::max(bits(type.element), 8)) / 8;
        }
        if (bytes > kFoldAtMost || work > kFoldWork) return true;
    }
    return false;
}

bool has_unknown_types(const Model& model) {
    return std::any_of(model.values().begin(), model.values().end(), [&](const Value& value) {
        return value.graph == 0 && value.type.other.empty() && (value.type.element == ElementType::undefined || !sure_type(model, value.id).has_shape);
    });
}

/// What the onnx library could not infer, ONNX Runtime tells.
ModelPtr with_all_types(const RuntimePtr& runtime, ModelPtr model, const Job& job) {
    job.check();
    if (runtime == nullptr || !has_unknown_types(*model)) return model;
    try {
        model = with_types(model, infer_types(runtime, *model));
    } catch (const Error& error) {
        // Types are a help, not a need; whether the model runs is judged where it is run.
        if (error.kind() != ErrorKind::bad_model) throw;
    }
    job.check();
    return model;
}

bool has_unknown_sizes(const Model& model) {
    return std::any_of(model.values().begin(), model.values().end(), [](const Value& value) {
        if (value.graph != 0 || value.producer == kNone || value.is_constant()) return false;
        return value.size ? std::find(value.size->begin(), value.size->end(), -1) != value.size->end() : !value.type.count();
    });
}

/// The model at the sizes that its open axes count as; where the onnx library could not follow them, ONNX Runtime is asked.
ModelPtr at_sizes(const RuntimePtr& runtime, ModelPtr model, const SizeChoices& choices, const Job& job) {
    if (!choices.empty()) model = with_sizes(model, input_sizes(*model, choices));
    if (runtime == nullptr || model->sizes().empty() || count_results(*model) > kOptimizeAtMost || !has_unknown_sizes(*model)) return model;
    try {
        model = with_known_sizes(model, infer_sizes(runtime, *model));
    } catch (const Error& error) {
        // Sizes are a help, not a need; what does not run at them is said where it is run.
        if (error.kind() != ErrorKind::bad_model) throw;
    }
    job.check();
    return model;
}

/// Throws where no file can be made in a folder. Tried with a file that has no name, where the file system has such.
void check_folder(const std::filesystem::path& folder) {
    int descriptor = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        std::string probe = (folder / ".vernier-probe-XXXXXX").string();
        descriptor = mkstemp(probe.data());
        if (descriptor < 0)
            throw Error(ErrorKind::cannot_write, std::string("cannot write in this folder: ") + std::strerror(errno), {folder.string()},
                        "Choose another folder.");
        unlink(probe.c_str());
    }
    close(descriptor);
}

}  // namespace

ModelPtr open_for_work(const RuntimePtr& runtime, const std::filesystem::path& path, const Job& job, const SizeChoices& sizes) {
    job.step("open", 0, 0);
    return at_sizes(runtime, with_all_types(runtime, open_model(path, job), job), sizes, job);
}

ModelPtr open_for_look(const RuntimePtr& runtime, const std::filesystem::path& path, const Job& job, const SizeChoices& sizes) {
    job.step("open", 0, 0);
    ModelPtr model = open_to_look(path, job);
    return damage_of(*model) ? model : at_sizes(runtime, with_all_types(runtime, std::move(model), job), sizes, job);
}

std::optional<Finding> names_finding(const Model& model) {
    if (!has_equal_node_names(model.proto().graph())) return std::nullopt;
    return Finding{
        .severity = Severity::warning,
        .code = "equal-node-names",
        .text = "ONNX Runtime refuses this file because several nodes have the same name; with unique names it runs, so a copy with such names is run.",
        .remedy = "A quantized file gets unique names."};
}

std::optional<double> check_with_runtime(const RuntimePtr& runtime, const Model& model, std::vector<Finding>& findings) {
    Target target;
    const std::size_t results = count_results(model);
    const bool large = results > kOptimizeAtMost || folds_much(model);
    if (large) target.level = GraphLevel::off;
    target.plan_memory = results <= kPlanAtMost;
    const double ms = Session::open(runtime, model.path(), target)->start_ms();
    if (std::optional<Finding> equal = names_finding(model)) findings.push_back(std::move(*equal));
    return large ? std::nullopt : std::optional(ms);
}

DatasetPtr open_data(const std::filesystem::path& path, const Model& model) { return path.empty() ? nullptr : open_dataset(path, model); }

void check_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs) {
    namespace fs = std::filesystem;
    for (const fs::path& input : inputs)
        if (same_file(output, input)) throw Error(ErrorKind::usage, "the output would overwrite its own input", {output.string()}, "Give another name.");
    std::error_code problem;
    const fs::file_status there = fs::status(output, problem);
    if (there.type() == fs::file_type::none && problem != std::errc::too_many_symbolic_link_levels)
        throw Error(ErrorKind::cannot_write, "cannot be written: " + problem.message(), {output.string()}, "Give another name.");
    if (fs::is_directory(there)) throw Error(ErrorKind::cannot_write, "is a folder", {output.string()}, "Give a file name.");
    if (fs::exists(there) && !fs::is_regular_file(there)) throw Error(ErrorKind::cannot_write, "is not a regular file", {output.string()}, "Give a file name.");
    const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, problem)) throw Error(ErrorKind::cannot_write, "there is no such folder", {folder.string()}, "Make it first.");
    check_folder(folder);
}

}  // namespace vernier
