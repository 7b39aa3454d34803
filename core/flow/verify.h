// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/audit/audit.h"
#include "core/base/finding.h"
#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/flow/check_worker.h"
#include "core/flow/made_inputs.h"
#include "core/flow/output_check.h"
#include "core/flow/time_ratio.h"
#include "core/model/model.h"
#include "core/runtime/runtime.h"

namespace vernier {

/// What a written file must keep of FP32, on each output.
struct VerifyLimits {
    double sqnr_db = 10;  ///< of floats: 10 dB with INT8 nodes, 5 dB with INT4 nodes, 20 dB with FP16 only
    double equal = 0.5;   ///< share of equal values of integers, and of floats that are whole numbers; 0.8 with FP16 only
};

/// What was seen of one file.
struct Verification {
    std::string trouble;  ///< the runtime died, or refuses it; empty: it ran
    std::uint64_t samples = 0;
    bool made_inputs = false;                                           ///< there were no samples
    std::map<std::string, std::vector<std::int64_t>> made_shapes = {};  ///< of made inputs
    std::string refusal = {};                                           ///< why FP32 ran on none
    bool samples_help = true;                                           ///< false where no samples can be given either
    bool without_optimizations = true;                                  ///< checked this way too
    std::vector<OutputCheck> outputs;
};

/// "the output \"y\" keeps 2.1 dB of FP32 (at least 10 dB)", or nothing. excused: outputs that differ between two runs of FP32.
[[nodiscard]] std::optional<std::string> fault_of(const Verification& seen, const VerifyLimits& limits, const std::vector<std::string>& excused = {});

struct VerifySource {
    std::filesystem::path worker;  ///< vernier-cli; empty: in this process, which may then die
    std::string ort;
    ModelPtr model;             ///< the opened file
    DatasetPtr data;            ///< may be null
    Target target = {};         ///< of the sessions; more threads only help where one run takes long, and small models wait for them
    RuntimePtr here = nullptr;  ///< of this process, where the check is done in it; null: loaded by ort
};

/// "made-inputs-refused" where there were no samples and FP32 ran on no made input: the file was only opened.
[[nodiscard]] std::vector<Finding> findings_of(const Verification& verified);

/// Holds files against FP32, in this process, or in a worker that may die of them and is then started again.
class Verifier {
public:
    /// Runs FP32 on calibration samples (at least four, up to eight while that is quick), or on made inputs.
    /// Throws Error{bad_model} when the runtime dies of the opened file or refuses it, Error{bad_data, cancelled}.
    Verifier(VerifySource source, Job job);

    /// Quantizing took so many processor seconds: where it took long, more of the samples are run, and slow files on more of them.
    void allow(double quantizing_seconds);
    /// Processor seconds of this process and its workers so far.
    [[nodiscard]] double cpu_seconds() const;

    [[nodiscard]] Verification check(const std::filesystem::path& file);
    /// The same for a file whose executed() is asked for next: it is opened once for both.
    [[nodiscard]] Verification check_with_graph(const std::filesystem::path& file);
    /// The same as check with all optimizations only, for searches.
    [[nodiscard]] Verification check_optimized(const std::filesystem::path& file);
    /// The same as check for a model in memory, which takes more than one file. Nothing is seen of it where a child does the work.
    [[nodiscard]] Verification check(const std::shared_ptr<const onnx::ModelProto>& model);
    /// The fault of a file, where FP32 does not differ from itself by as much (random operators).
    [[nodiscard]] std::optional<std::string> fault(const Verification& seen, const VerifyLimits& limits);
    /// What is to be said of outputs that are not judged: faulty ones, where FP32 differs from itself as much (fp32-unsteady), those
    /// that are no numbers (output-not-compared), and samples of those that have another shape (output-shape).
    [[nodiscard]] std::vector<Finding> not_judged(const Verification& seen) const;
    /// Those of FP32's float tensors that have values beyond the range of half precision; none where they cannot be observed.
    [[nodiscard]] std::set<std::string> beyond_half(const std::vector<std::string>& tensors);
    /// What the runtime makes of a file.
    [[nodiscard]] Audit executed(const std::filesystem::path& file);
    /// Milliseconds of one run on one thread, in turns: of the opened file first. Empty when one cannot be run. Ends early when it
    /// is clear on which side of the lines they are (file 0 is the opened one).
    [[nodiscard]] std::vector<Rounds> rounds(const std::vector<std::filesystem::path>& files, double seconds, const std::vector<TimeLine>& clear = {});
    /// The medians of the same.
    [[nodiscard]] std::vector<double> time(const std::vector<std::filesystem::path>& files, double seconds);
    [[nodiscard]] bool has_inputs() const { return samples_ > 0; }
    /// Peak memory of the worker.
    [[nodiscard]] std::uint64_t peak_bytes();

private:
    void start();
    /// Asks for the outputs of a file, with no optimizations too or without them.
    using Ask = std::function<Json(bool off)>;
    [[nodiscard]] Ask ask_for(const std::filesystem::path& file, bool with_graph = false);
    [[nodiscard]] Verification check_by(const Ask& ask);
    [[nodiscard]] Verification check_once(const Ask& ask, bool off);
    bool try_inputs(std::vector<Inputs> inputs);
    Json call(const Json& message);
    void look_at_noise();

    VerifySource source_;
    Job job_;
    std::unique_ptr<CheckWorker> worker_;
    Json fp32_;  ///< the message that a worker gets first
    std::uint64_t samples_ = 0;
    bool made_ = false;
    std::map<std::string, std::vector<std::int64_t>> shapes_;
    std::string refusal_;
    bool samples_help_ = true;
    bool without_optimizations_ = true;            ///< the opened file can be run this way, so that written ones must
    std::optional<Verification> noise_;            ///< FP32 held against itself; only where a file leaves doubt
    double child_seconds_ = 0, lost_seconds_ = 0;  ///< of processor time: of the worker as last seen, and of those before it
};

/// {"samples", "made_inputs", "made_shapes", "levels", "outputs": [{"name", "type", "sqnr_db", "levels_db", "equal", "not_finite"}]}
[[nodiscard]] Json to_json(const Verification& verified);

}  // namespace vernier
