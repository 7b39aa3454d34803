// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/layers/fault.h"
#include "core/layers/on_the_way.h"
#include "core/model/sizes.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// How an output of the file stands to that of the FP32 model, and to itself without the runtime's graph optimizations.
struct CheckedOutput {
    std::string name;
    double sqnr_db = 0;
    std::optional<double> levels_db = {};
};

/// What is wrong in a quantized file, whoever made it.
struct CheckedFile {
    ModelPtr reference, quantized;
    Twins twins;
    std::vector<Fault> faults;  ///< the one at which the files part first, then in the order of the file
    OnTheWay way;               ///< empty without samples
    std::vector<CheckedOutput> outputs;
    std::vector<Finding> findings;
};

struct CheckOptions {
    std::uint64_t samples = 16;
    Target target = {};
};

/// A file, the model that it was made of, and samples; without data only what can be seen without samples is judged.
struct CheckedModels {
    ModelPtr reference, quantized;
    DatasetPtr data = nullptr;
};

/// Judges a file against the model that it was made of. Throws Error{bad_model, bad_data, cancelled}.
[[nodiscard]] CheckedFile check_models(const RuntimePtr& runtime, const CheckedModels& models, const CheckOptions& options, const Job& job = {});

struct CheckFileRequest {
    std::filesystem::path quantized, reference, data = {};
    SizeChoices sizes = {};
    CheckOptions options = {};
};
/// Throws Error{not_found, bad_model, bad_data, usage, cancelled}.
[[nodiscard]] CheckedFile check_file(const RuntimePtr& runtime, const CheckFileRequest& request, const Job& job);

/// model, against, nodes {counted, found}, unpaired, faults (each code, node, id, text, remedy), first_divergence, outputs, samples, findings.
[[nodiscard]] Json to_json(const CheckedFile& checked);

}  // namespace vernier
