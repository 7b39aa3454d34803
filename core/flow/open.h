// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/model/sizes.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// Opens a model for work: what the onnx library could not infer, ONNX Runtime tells (when runtime is not null). sizes: what
/// open axes count as. Throws Error{not_found, bad_model, usage, cancelled}.
[[nodiscard]] ModelPtr open_for_work(const RuntimePtr& runtime, const std::filesystem::path& path, const Job& job, const SizeChoices& sizes = {});

/// The same for a look only: a model that does not hold together is opened as far as it does (core/model/damage.h).
[[nodiscard]] ModelPtr open_for_look(const RuntimePtr& runtime, const std::filesystem::path& path, const Job& job, const SizeChoices& sizes = {});

/// What is said of a file in which nodes have equal names, which ONNX Runtime refuses and Session::open names anew; else nothing.
[[nodiscard]] std::optional<Finding> names_finding(const Model& model);

/// Loads the model into a session and drops it: the runtime has the last word on what is a model. Gives how long it took
/// in ms; nothing for a graph so large that it is loaded without the runtime's optimizations. Equal node
/// names are said in findings. Throws Error{bad_model}.
std::optional<double> check_with_runtime(const RuntimePtr& runtime, const Model& model, std::vector<Finding>& findings);

/// Opens a dataset for a model; null when the path is empty. Throws Error{not_found, bad_data}.
[[nodiscard]] DatasetPtr open_data(const std::filesystem::path& path, const Model& model);

/// Throws now what would only fail after long work: an output folder that is not there or takes no file, an output that is
/// a folder or a device, or one that is the same file as one of the inputs. Throws Error{usage, cannot_write}.
void check_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

}  // namespace vernier
