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
#include "core/evidence/compare.h"
#include "core/model/model.h"
#include "core/model/sizes.h"
#include "core/quant/recipe.h"
#include "core/runtime/runtime.h"
#include "core/search/search.h"

namespace vernier {

/// A search for the recipe of a model.
struct SearchRequest {
    std::filesystem::path model, data;
    std::filesystem::path out;  ///< folder for recipes, the chosen model and what is known so far; made where it is not there
    /// Its default method is the one that is chosen or not (FP32 stands for static INT8); what its rules choose is pinned.
    Recipe recipe;
    Gate gate;                                  ///< at least one limit on answers
    std::optional<double> budget_minutes = {};  ///< on the wall for all of it, over all starts of the same search; nothing: none
    std::uint64_t seed = 7;
    Target target = {};  ///< of the sessions that are timed
    double seconds = 1;  ///< for the latency of each model in each measurement
    SizeChoices sizes = {};
    std::filesystem::path worker;    ///< vernier-cli, for what may kill a process; empty: in this process, which may then die
    std::filesystem::path measurer;  ///< vernier-cli, which holds the sessions that are measured; empty: sessions in this process
    SearchOptions options = {};
};

/// What a search found, with its files.
struct SearchedFile {
    ModelPtr model;
    Method method = Method::int8_static;
    Gate gate;
    SearchResult result;
    std::vector<std::string> recipes;              ///< by point of the front: name of its file in the folder; empty before it is written
    std::vector<std::vector<NodeId>> float_nodes;  ///< by point: nodes that could have the method, and stay in float
    std::string chosen_model;                      ///< name of its file in the folder; empty: none
    double fp32_ms = 0;                            ///< of the opened file; 0: not measured yet
    double error_all = 0;                          ///< with all that can be quantized
    std::uint64_t selection_samples = 0, report_samples = 0;
    double seconds = 0;  ///< of all starts of this search
    std::vector<Finding> findings;
};

/// Searches the fastest recipe within the limits: calibrates once, times the opened file and the one with all quantized, measures what each
/// region adds to the error, makes the front of all choices, and measures recipes of it as core/search/search.h says. Each recipe of
/// the front is written, and the chosen model. Going on in the same folder with the same inputs repeats nothing that was measured,
/// and ends the same. Throws Error{usage, not_found, bad_model, bad_data, cannot_write, cancelled}.
[[nodiscard]] SearchedFile search_file(const RuntimePtr& runtime, const SearchRequest& request, const Job& job);

/// {"model", "method", "limit", "front": [{"recipe", "predicted", "measured", "reported", "float_nodes"}], "chosen", "nearest", "end", "why",
/// "validations", "reports", "seconds", ...}. What is not known is null.
[[nodiscard]] Json to_json(const SearchedFile& searched);

}  // namespace vernier
