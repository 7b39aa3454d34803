// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/evidence/origin.h"
#include "core/flow/executed.h"
#include "core/flow/open.h"
#include "core/flow/verify.h"
#include "core/quant/quantize.h"

namespace vernier {

struct QuantizeRequest {
    std::filesystem::path model, out;
    Recipe recipe;
    std::filesystem::path data;         ///< empty: none
    std::filesystem::path save_recipe;  ///< empty: not saved
    QuantizeOptions options = {};
    SizeChoices sizes = {};                       ///< what open axes count as, where no dataset gives them
    std::filesystem::path worker;                 ///< vernier-cli, for what may kill a process; empty: in this process, which may then die
    CanonicalPtr canonical = {};                  ///< of the model, where it is open already; it is not opened again then
    std::shared_ptr<Statistics> statistics = {};  ///< of the calibration samples, to read and to add to
};

struct QuantizedFile {
    std::filesystem::path out;
    ModelPtr model;
    Origin origin;
    Plan plan;
    std::vector<Finding> findings;
    Verification verified;
    std::vector<Executed> executed;  ///< by NodeId: what the runtime makes of the file; empty where that was not looked at
    std::uint64_t size_bytes = 0;    ///< of the written file and its external data
    std::string sha256;
    std::string runtime_version;
    std::optional<RangeChoice> range_choice = {};              ///< how ranges were chosen, where the recipe leaves it to trials
    std::shared_ptr<const DialectChoice> dialect_choice = {};  ///< how the kind of integers was chosen, where the recipe leaves it to timing
    double calibrate_seconds = 0, quantize_seconds = 0, verify_seconds = 0, total_seconds = 0;
    /// Of processor time, workers included, which other processes do not lengthen: all that quantizing takes without the check
    /// (opening, planning, calibrating, timing float prefixes, emitting, writing); the check and what it mends.
    double quantize_cpu_seconds = 0, verify_cpu_seconds = 0;
    std::uint64_t worker_peak_bytes = 0;
};

/// Opens, plans, calibrates, quantizes, verifies (core/flow/mend.h) and writes one file; the output is whole or untouched. An output is never written
/// over the model, the dataset or each other.
/// Throws Error{usage} when a node needs calibration and there are no data, and all errors of the steps.
[[nodiscard]] QuantizedFile quantize_file(const RuntimePtr& runtime, const QuantizeRequest& request, const Job& job);

/// out, size_bytes, source_bytes, size_ratio, sha256, nodes (with executed), counts, findings, seconds.{calibrate,quantize,verify,total},
/// cpu_seconds.{quantize,verify},
/// verified,
/// peak_rss_bytes, recipe, ranges (null where the recipe names a method), data, runtime.
[[nodiscard]] Json to_json(const QuantizedFile& result);

}  // namespace vernier
